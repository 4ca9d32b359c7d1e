import type { Dispatcher } from "undici";
import type { Clock } from "../clock.ts";
import { unreachable } from "./egress/network-fault.ts";
import { busyFor } from "./outcome.ts";
import { tokenAnswerOf, type TokenRefusal, type TokenResponse } from "./token-answer.ts";
import { tokenCache, type AccessTokens } from "./token-cache.ts";

/** A request to a token endpoint (RFC 6749, section 4): where, and the form's members. */
export type TokenRequest = { readonly url: string; readonly form: Readonly<Record<string, string>> };

type Options<Credential> = {
  readonly agent: Dispatcher;
  readonly clock: Clock;
  /** Who is asked, as the operator knows them: "Microsoft", "Google". */
  readonly vendor: string;
  /** What asks for a token in the name of this credential. */
  readonly requestOf: (credential: Credential) => TokenRequest | Promise<TokenRequest>;
  /** What the vendor's own error numbers ask the operator to do. */
  readonly advice?: (refusal: TokenRefusal) => string | undefined;
  /** For one request; 5,000 milliseconds by default. */
  readonly timeLimitMs?: number;
};

/** Tokens are a few kilobytes at most. */
const answerBytesMax = 65_536;

/**
 * OAuth access tokens by form POST, kept and shared as `tokenCache` says. That there is none is a value: `busy` while the endpoint fails or
 * is silent, `misconfigured` with a sentence for the operator when it refuses.
 */
export const accessTokens = <Credential>(options: Options<Credential>): AccessTokens<Credential> => {
  const { agent, clock, vendor, requestOf, advice, timeLimitMs = 5_000 } = options;
  return tokenCache({
    clock,
    ask: async (setting, credential) => {
      const request = await requestOf(credential);
      try {
        const response = await post(agent, request, AbortSignal.timeout(timeLimitMs));
        return tokenAnswerOf(response, { vendor, setting, advice, now: clock.now() });
      } catch (error) {
        return busyFor("elsewhere", `the token endpoint: ${unreachable(error).reason}`);
      }
    },
  });
};

const post = async (agent: Dispatcher, { url, form }: TokenRequest, signal: AbortSignal): Promise<TokenResponse> => {
  const { origin, pathname, search } = new URL(url);
  const answer = await agent.request({
    origin,
    path: pathname + search,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams(form).toString(),
    signal,
  });
  let text = "";
  // Unlike a push's, this answer is its body: one that breaks off is a fault, thrown on.
  for await (const chunk of answer.body.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > answerBytesMax) break; // leaving the loop ends the stream, and with it the connection
  }
  return { status: answer.statusCode, retryAfter: answer.headers["retry-after"], text };
};
