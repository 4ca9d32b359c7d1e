import type { Dispatcher } from "undici";
import type { Clock } from "../../clock.ts";
import { endpointFault, wnsHost } from "../../subscription/push-hosts.ts";
import { accessTokens } from "../access-tokens.http.ts";
import { attemptMostMs, type Attempt, type ChannelSender, type Composed } from "../channel.ts";
import { credentialSettingOf, type Credentials } from "../credentials.ts";
import { guardedAgent, type Exception } from "../egress/guarded-agent.http.ts";
import { unreachable } from "../egress/network-fault.ts";
import { unusable, type Outcome } from "../outcome.ts";
import { credentialSettings } from "../served.ts";
import { withToken, type TokenFor } from "../with-token.ts";
import type { WnsCredential } from "./credential.ts";
import { wnsComposed, wnsTap } from "./message.ts";
import { verdictOf, type WnsResponse } from "./response.ts";
import { entraAdvice, tokenRequestOf } from "./tokens.ts";

type Options = {
  readonly credentials: Credentials<WnsCredential>;
  readonly clock: Clock;
  /** Where all tokens come from, new and legacy ones; Microsoft's own two places by default. */
  readonly tokenUrl?: string | undefined;
  /** The one thing that may be elsewhere than on the public internet. */
  readonly extra?: Exception;
  /** To one host of WNS; each carries one request at a time. 64 by default. */
  readonly connectionsPerOrigin?: number;
  /** For one `send`, all its requests together; `attemptMostMs` by default. */
  readonly timeLimitMs?: number;
};

type Delivery = { readonly uri: string; readonly composed: Composed; readonly signal: AbortSignal };

/** WNS over pooled HTTP/1.1 connections, which is all it speaks. */
export const wnsSender = (options: Options): ChannelSender => {
  const { credentials, clock, tokenUrl, extra, connectionsPerOrigin = 64, timeLimitMs = attemptMostMs } = options;
  const agent = guardedAgent({ connectionsPerOrigin, exception: extra });
  const requestOf = (credential: WnsCredential) => tokenRequestOf(credential, tokenUrl);
  const tokens = accessTokens({ agent, clock, vendor: "Microsoft", requestOf, advice: entraAdvice });
  const hosts = { allowed: [wnsHost], extra: extra?.hosts ?? [] };

  const sendTo = async (uri: string, attempt: Attempt): Promise<Outcome> => {
    // A setting may have changed since the channel was stored, and our bearer token goes wherever this leads.
    if (endpointFault(uri, hosts) !== undefined) return { kind: "rejected", reason: "the channel is not at WNS" };
    const composed = wnsComposed(attempt, clock.now());
    if (!composed) return { kind: "rejected", reason: "a fallback is for iOS alone" };
    const found = credentials.of(attempt.credential);
    if ("fault" in found) return unusable(found.fault);

    const setting = credentialSettingOf(credentialSettings.wns, attempt.credential);
    const signal = AbortSignal.timeout(timeLimitMs);
    const tokenFor: TokenFor = (refused) => tokens.tokenFor(setting, found.credential, { signal, refused });
    const refusal: Outcome = { kind: "misconfigured", reason: `${setting}: ${refusedAdvice[found.credential.kind]}` };

    const post = async (what: Composed) => {
      const delivery = { uri, composed: what, signal };
      const verdict = await withToken(tokenFor, (token) => posted(token, delivery, { agent, clock }));
      return verdict.kind === "token-refused" ? refusal : verdict;
    };
    const verdict = await post(composed);
    if (verdict.kind !== "tap-instead") return verdict;
    if (composed.form === "tap") return { kind: "rejected", reason: verdict.reason };
    const tapped = await post(wnsTap(attempt, "too-large", clock.now()));
    return tapped.kind === "tap-instead" ? { kind: "rejected", reason: tapped.reason } : tapped;
  };

  return {
    routeOf: ({ subscription: { channel }, credential }) => ({
      origin: channel?.kind === "wns" ? new URL(channel.uri).origin : "",
      credential: `wns:${credential}`,
    }),
    compose: (attempt) =>
      attempt.subscription.channel?.kind === "wns" ? wnsComposed(attempt, clock.now()) : undefined,
    send: async (attempt) => {
      const { channel } = attempt.subscription;
      if (!channel) return { kind: "gone" };
      if (channel.kind !== "wns") return { kind: "rejected", reason: "not a WNS channel" };
      return sendTo(channel.uri, attempt);
    },
    close: () => agent.close(),
  };
};

/** Microsoft gave a token for the credential, twice, and WNS takes none: it is a credential, and not for this. */
const refusedAdvice: Readonly<Record<WnsCredential["kind"], string>> = {
  entra: "WNS refuses its tokens (401): has Microsoft linked the app registration to the Windows app?",
  legacy: "WNS refuses its tokens (401): is the package SID that of the Windows app in the Partner Center?",
};

type Wire = { readonly agent: Dispatcher; readonly clock: Clock };

const posted = async (
  token: string,
  delivery: Delivery,
  { agent, clock }: Wire,
): Promise<ReturnType<typeof verdictOf>> => {
  try {
    return verdictOf(await request(token, delivery, agent), clock.now());
  } catch (error) {
    return unreachable(error);
  }
};

const request = async (
  token: string,
  { uri, composed: { headers, body }, signal }: Delivery,
  agent: Dispatcher,
): Promise<WnsResponse> => {
  const { origin, pathname, search } = new URL(uri);
  const answer = await agent.request({
    origin,
    path: pathname + search, // escapes stay as they are: to us the channel is opaque
    method: "POST",
    headers: { ...headers, authorization: `Bearer ${token}` },
    body, // a text has a known length: WNS takes no chunks
    signal,
  });
  // All that WNS says is in the headers. A small rest is read, that the connection may serve again; of more it is given up.
  await answer.body.dump({ limit: 2_048, signal }).catch(() => undefined);
  return { status: answer.statusCode, statusText: answer.statusText, headers: answer.headers };
};
