import type { Clock } from "../../clock.ts";
import type { Notification } from "../../notification/notification.ts";
import type { Subscription, WebPushChannel } from "../../subscription/subscription.ts";
import { attemptMostMs, type ChannelSender, type Route } from "../channel.ts";
import { guardedAgent, type Exception } from "../egress/guarded-agent.http.ts";
import type { Outcome } from "../outcome.ts";
import { webPushComposed, webPushMessage, webPushTap } from "./message.ts";
import { push, type Pushed } from "./push.http.ts";
import { targetOf } from "./target.ts";
import type { Vapid } from "./vapid.ts";
import { vapidKeys, type VapidKey } from "./vapid-keys.ts";

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

type Delivery = {
  readonly notification: Notification;
  readonly subscription: Subscription;
  readonly channel: WebPushChannel;
  /** By `performance.now()`. */
  readonly endsAt: number;
};
type Answered = Pushed & { readonly outcome: Outcome };
const isAnswered = (pushed: Pushed): pushed is Answered => pushed.outcome.kind !== "too-large";

/** Nobody is asked for it, so it says nothing of a push service or of a key of ours. */
const nowhere: Route = { origin: "", credential: "vapid-retired" };
const keyRetired: Outcome = {
  kind: "rejected",
  reason: "made with a VAPID key that this server no longer has: the browser must subscribe anew",
};

/**
 * Web Push (RFC 8030, RFC 8291) over pooled connections of our own. While two keys are live, each
 * subscription is pushed to with its own, and where the push service says that it is not, with the other.
 */
export const webPushSender = ({
  vapid,
  clock,
  extra,
  connectionsPerOrigin = 64,
  timeLimitMs = attemptMostMs,
}: Options): ChannelSender => {
  const agent = guardedAgent({ connectionsPerOrigin, exception: extra });
  const keys = vapidKeys(vapid, clock);

  const sendBy = async (
    key: VapidKey,
    { notification, subscription, channel, endsAt }: Delivery,
  ): Promise<Answered> => {
    const sending = { now: clock.now(), isToResubscribe: key.isRetired };
    const pushOne = (message: ReturnType<typeof webPushTap>) =>
      push({ channel, message, headers: key.headers, endsAt }, { agent, clock });
    const first = await pushOne(webPushMessage(notification, subscription, sending));
    if (isAnswered(first)) return first;
    const tapped = await pushOne(webPushTap(notification, sending));
    return isAnswered(tapped) ? tapped : { ...tapped, outcome: { kind: "rejected", reason: "413" } };
  };

  return {
    routeOf: ({ subscription }) => {
      const { channel } = subscription;
      const key = keys.of(subscription);
      if (channel?.kind !== "webpush" || !key) return nowhere;
      return { origin: targetOf(channel).origin, credential: key.credential };
    },
    compose: ({ kind, notification, subscription }) => {
      if (subscription.channel?.kind !== "webpush" || kind !== "content") return undefined;
      const isToResubscribe = keys.of(subscription)?.isRetired ?? false;
      return webPushComposed(notification, subscription, { now: clock.now(), isToResubscribe });
    },
    send: async ({ kind, notification, subscription }) => {
      const { channel } = subscription;
      if (kind !== "content") return { kind: "rejected", reason: "a browser is never tapped" }; // it would have to show something
      if (!channel) return { kind: "gone" };
      if (channel.kind !== "webpush") return { kind: "rejected", reason: "not a Web Push channel" };
      const key = keys.of(subscription);
      if (!key) return keyRetired;

      const delivery = { notification, subscription, channel, endsAt: performance.now() + timeLimitMs };
      const first = await sendBy(key, delivery);
      const other = first.mayBeAnothersKey ? keys.besides(key) : undefined;
      if (!other) return first.outcome;
      const second = await sendBy(other, delivery);
      if (second.mayBeAnothersKey) return first.outcome; // neither is: it is told of the key it counts for
      if (second.outcome.kind === "delivered") keys.learn(subscription, other);
      return second.outcome;
    },
    close: () => agent.close(),
  };
};
