import type { Dispatcher } from "undici";
import webpush from "web-push";
import type { Clock } from "../../clock.ts";
import type { WebPushChannel } from "../../subscription/subscription.ts";
import { attemptMostMs, type ChannelSender } from "../channel.ts";
import { guardedAgent, type Exception } from "../egress/guarded-agent.http.ts";
import { networkFaultOf } from "../egress/network-fault.ts";
import type { Outcome } from "../outcome.ts";
import { webPushComposed, webPushMessage, webPushTap, type WebPushMessage } from "./message.ts";
import { outcomeOf, type WebPushResponse } from "./response.ts";
import { vapidHeaders, type Vapid, type VapidHeaders } from "./vapid.ts";

type Options = {
  readonly vapid: Vapid;
  readonly clock: Clock;
  /** The one thing that may be elsewhere than on the public internet. */
  readonly extra?: Exception;
  /** To one push origin, at most; each carries one request at a time. 64 by default. */
  readonly connectionsPerOrigin?: number;
  /** For one `send`, all its requests together; `attemptMostMs` by default. */
  readonly timeLimitMs?: number;
};

type Delivery = { readonly channel: WebPushChannel; readonly message: WebPushMessage; readonly signal: AbortSignal };
type Wire = { readonly agent: Dispatcher; readonly vapid: VapidHeaders };

/** Of an answer's body, only the beginning is read. */
const answerBytesMax = 2_048;

/** Web Push (RFC 8030) with `web-push`'s encryption (RFC 8291) over pooled connections of our own. */
export const webPushSender = ({
  vapid,
  clock,
  extra,
  connectionsPerOrigin = 64,
  timeLimitMs = attemptMostMs,
}: Options): ChannelSender => {
  const agent = guardedAgent({ connectionsPerOrigin, exception: extra });
  const wire: Wire = { agent, vapid: vapidHeaders(vapid, clock) };

  return {
    routeOf: ({ subscription: { channel } }) => ({
      origin: channel?.kind === "webpush" ? new URL(channel.endpoint).origin : "",
      credential: "vapid",
    }),
    compose: ({ kind, notification, subscription }) =>
      subscription.channel?.kind === "webpush" && kind === "content"
        ? webPushComposed(notification, subscription, clock.now())
        : undefined,
    send: async ({ kind, notification, subscription }) => {
      const { channel } = subscription;
      if (kind !== "content") return { kind: "rejected", reason: "a browser is never tapped" }; // it would have to show something
      if (!channel) return { kind: "gone" };
      if (channel.kind !== "webpush") return { kind: "rejected", reason: "not a Web Push channel" };
      const now = clock.now();
      const signal = AbortSignal.timeout(timeLimitMs);
      const message = webPushMessage(notification, subscription, now);
      const outcome = await attempt({ channel, message, signal }, wire, clock);
      if (outcome.kind !== "too-large") return outcome;
      const tapped = await attempt({ channel, message: webPushTap(notification, now), signal }, wire, clock);
      return tapped.kind === "too-large" ? { kind: "rejected", reason: "413" } : tapped;
    },
    close: () => agent.close(),
  };
};

const attempt = async (delivery: Delivery, wire: Wire, clock: Clock): Promise<ReturnType<typeof outcomeOf>> => {
  const body = encrypted(delivery);
  if (body === undefined) return { kind: "rejected", reason: "cannot be encrypted" };
  try {
    const response = await post(delivery, body, wire);
    if (response.status !== 401) return outcomeOf(response, clock.now());
    // Perhaps the token aged on the way (a clock that was set): one try with a new one tells.
    wire.vapid.forget(new URL(delivery.channel.endpoint).origin);
    return outcomeOf(await post(delivery, body, wire), clock.now());
  } catch (error) {
    return unreachable(error);
  }
};

/** Undefined when the device's keys are no keys: subscribing checks them, so this would be an old row's. */
const encrypted = ({ channel: { keys }, message }: Delivery): Buffer | undefined => {
  try {
    return webpush.encrypt(keys.p256dh, keys.auth, message.text, "aes128gcm").cipherText;
  } catch {
    return undefined;
  }
};

const post = async ({ channel, message, signal }: Delivery, body: Buffer, wire: Wire): Promise<WebPushResponse> => {
  const url = new URL(channel.endpoint);
  const answer = await wire.agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: "POST",
    headers: {
      authorization: wire.vapid.for(url.origin),
      "content-encoding": "aes128gcm",
      "content-type": "application/octet-stream",
      ttl: String(message.ttlSeconds),
      urgency: message.urgency,
      topic: message.topic,
    },
    body,
    signal,
  });
  return {
    status: answer.statusCode,
    retryAfter: answer.headers["retry-after"],
    text: await beginningOf(answer.body),
  };
};

const beginningOf = async (body: Dispatcher.ResponseData["body"]): Promise<string> => {
  let text = "";
  try {
    for await (const chunk of body) {
      text += String(chunk);
      if (text.length >= answerBytesMax) break; // leaving the loop ends the stream, and with it the connection
    }
  } catch {
    // The status came, and with it the answer: a body that breaks off takes nothing back.
  }
  return text.slice(0, answerBytesMax);
};

/**
 * Not there, or not to be spoken to. Nor is a host whose address is refused our misconfiguration: a stranger chose it among the names
 * of a push service, and may not hold up everybody's pushes with it. If DNS is wrong for a while, nothing is lost.
 */
const unreachable = (error: unknown): Outcome => {
  const fault = networkFaultOf(error);
  if (fault === undefined) throw error; // a bug of ours, which no retry will mend
  return { kind: "busy", ...fault };
};
