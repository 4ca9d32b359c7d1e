import type { Dispatcher } from "undici";
import type { Clock } from "../../clock.ts";
import { accessTokens } from "../access-tokens.http.ts";
import { attemptMostMs, type Attempt, type ChannelSender } from "../channel.ts";
import { credentialSettingOf, type Credentials } from "../credentials.ts";
import { beginningOf } from "../egress/beginning-of.http.ts";
import { guardedAgent, type Exception } from "../egress/guarded-agent.http.ts";
import { unreachable } from "../egress/network-fault.ts";
import { unusable } from "../outcome.ts";
import { credentialSettings } from "../served.ts";
import { withToken, type TokenFor } from "../with-token.ts";
import { assertionRequest } from "./assertion.ts";
import type { FcmCredential } from "./credential.ts";
import type { FcmMessage } from "./fcm-message.ts";
import { fcmComposed, fcmPush, fcmTap, type FcmAttempt } from "./message.ts";
import { verdictOf, type FcmResponse, type FcmVerdict } from "./response.ts";

type Options = {
  readonly credentials: Credentials<FcmCredential>;
  readonly clock: Clock;
  /** Google's own by default. */
  readonly url?: string | undefined;
  /** The one thing that may be elsewhere than on the public internet. */
  readonly extra?: Exception;
  /** Each carries one request at a time. 64 by default. */
  readonly connectionsPerOrigin?: number;
  /** For one `send`, all its requests together; `attemptMostMs` by default. */
  readonly timeLimitMs?: number;
};

/** Of an answer's body, only the beginning is read; Google's faults are some hundreds of bytes. */
const answerCharactersMost = 8_192;

/**
 * FCM (HTTP v1) over pooled connections of our own: https://firebase.google.com/docs/cloud-messaging/send/v1-api
 *
 * Neither `firebase-admin` nor `google-auth-library`: the one sends to Google's host alone, so that no local stack could stand in for it,
 * retries by itself beyond an attempt's time limit and hides the Retry-After that our schedule honours; the other brings an HTTP client of
 * its own past the guard of addresses. What is left is one signed assertion and two POSTs.
 */
export const fcmSender = (options: Options): ChannelSender => {
  const { credentials, clock, url = "https://fcm.googleapis.com", extra } = options;
  const { connectionsPerOrigin = 64, timeLimitMs = attemptMostMs } = options;
  const agent = guardedAgent({ connectionsPerOrigin, exception: extra });
  const tokens = accessTokens<FcmCredential>({
    agent,
    clock,
    vendor: "Google",
    requestOf: (credential) => assertionRequest(credential, clock.now()),
  });

  return {
    routeOf: ({ credential }) => ({ origin: url, credential: `fcm:${credential}` }),
    compose: (attempt) => {
      const { channel } = attempt.subscription;
      return channel?.kind === "fcm" && isAndroids(attempt)
        ? fcmComposed(fcmPush(attempt, channel, clock.now()))
        : undefined;
    },
    send: async (attempt) => {
      const { channel } = attempt.subscription;
      if (!isAndroids(attempt)) return { kind: "rejected", reason: "a fallback is for iOS alone" };
      if (!channel) return { kind: "gone" };
      if (channel.kind !== "fcm") return { kind: "rejected", reason: "not an FCM channel" };
      const setting = credentialSettingOf(credentialSettings.fcm, attempt.credential);
      const found = credentials.of(attempt.credential);
      if ("fault" in found) return unusable(found.fault);

      const { credential } = found;
      const signal = AbortSignal.timeout(timeLimitMs);
      const tokenFor: TokenFor = (refused) => tokens.tokenFor(setting, credential, { signal, refused });
      const wire: Wire = { agent, tokenFor, clock, url, setting, credential, signal };
      const now = clock.now();
      const push = fcmPush(attempt, channel, now);
      const verdict = await sent(push.message, channel.token, wire);
      if (verdict.kind !== "too-large") return verdict;
      const { reason } = verdict;
      if (push.form === "tap") return { kind: "rejected", reason };
      const tapped = await sent(fcmTap(attempt, channel, now).message, channel.token, wire);
      return tapped.kind === "too-large" ? { kind: "rejected", reason: tapped.reason } : tapped;
    },
    close: () => agent.close(),
  };
};

const isAndroids = (attempt: Attempt): attempt is Attempt & FcmAttempt => attempt.kind !== "fallback";

/** What one delivery's requests need. */
type Wire = {
  readonly agent: Dispatcher;
  readonly tokenFor: TokenFor;
  readonly clock: Clock;
  readonly url: string;
  readonly setting: string;
  readonly credential: FcmCredential;
  readonly signal: AbortSignal;
};

const sent = async (
  message: FcmMessage,
  to: string,
  wire: Wire,
): Promise<Exclude<FcmVerdict, { readonly kind: "token-refused" }>> => {
  const verdict = await withToken<FcmVerdict>(wire.tokenFor, (token) => posted(message, to, token, wire));
  return verdict.kind === "token-refused" ? { kind: "misconfigured", reason: verdict.reason } : verdict;
};

const posted = async (message: FcmMessage, to: string, token: string, wire: Wire): Promise<FcmVerdict> => {
  try {
    const response = await post(JSON.stringify({ message: { token: to, ...message } }), token, wire);
    return verdictOf(response, { setting: wire.setting, now: wire.clock.now() });
  } catch (error) {
    return unreachable(error);
  }
};

const post = async (body: string, token: string, { agent, url, credential, signal }: Wire): Promise<FcmResponse> => {
  const answer = await agent.request({
    origin: url,
    path: `/v1/projects/${encodeURIComponent(credential.projectId)}/messages:send`,
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body,
    signal,
  });
  return {
    status: answer.statusCode,
    retryAfter: answer.headers["retry-after"],
    text: await beginningOf(answer.body, answerCharactersMost),
  };
};
