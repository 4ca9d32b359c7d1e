import { setTimeout as pause } from "node:timers/promises";
import { webPushSender } from "../../../shared/channels/webpush/webpush.http.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import type { KeptSubscription } from "../../../shared/subscription/subscriptions.ts";
import { notificationWith, subscriptionId, subscriptionWith } from "../../rules/samples.ts";
import { quantile } from "../statistics.ts";
import { startHost, type Delivery } from "./host.ts";
import type { PushOrigin } from "./push-origin.ts";

type Vapid = { readonly publicKey: string; readonly privateKey: string; readonly subject: string };

/** One message: when it comes (milliseconds from the beginning), and to which origins, by their place in the list. */
export type Planned = { readonly atMs: number; readonly origins: readonly number[] };

/** What one side of a round came to: milliseconds from when a message was due to when a quick push service had taken its push. */
export type Figures = {
  readonly pushes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
  /** Quick pushes that were not taken within ten seconds of the last message. */
  readonly late: number;
  /** Attempts at the fourth origin, and how often one was put off instead. */
  readonly attempts: number;
  readonly held: number;
};

type Side = {
  readonly plan: readonly Planned[];
  /** The last is the one that may hang. */
  readonly origins: readonly PushOrigin[];
  readonly vapid: Vapid;
  readonly isGoverned: boolean;
  readonly stop: AbortSignal;
};

/** Without the pushes of the first moment, which open connections, on all sides alike. */
const warmMs = 500;
const endsWithinMs = 10_000;

/** Sends what is planned through an engine of its own. `closed` resolves when its last request is over. */
export const runSide = async (side: Side): Promise<{ readonly figures: Figures; readonly closed: Promise<void> }> => {
  const { plan, origins, vapid, isGoverned, stop } = side;
  const extra = { hosts: origins.map(({ url }) => new URL(url).host), ca: origins.map(({ ca }) => ca).join("\n") };
  const sender = webPushSender({ vapid, clock: systemClock, extra });
  const slowUrl = origins.at(-1)?.url ?? "";
  const dueAt = new Map<string, number>();
  const took: number[] = [];
  const counts = { attempts: 0, held: 0, delivered: 0 };
  const watched: ChannelSender = {
    ...sender,
    send: async (attempt) => {
      const isQuick = sender.routeOf(attempt).origin !== slowUrl;
      if (!isQuick) counts.attempts += 1;
      const outcome = await sender.send(attempt);
      if (!isQuick || outcome.kind !== "delivered") return outcome;
      counts.delivered += 1;
      took.push(performance.now() - (dueAt.get(attempt.notification.id) ?? NaN));
      return outcome;
    },
  };
  const host = startHost({
    sender: watched,
    isGoverned,
    onEvent: (event) => (counts.held += event.event === "delivery" ? (event.outcomes.held ?? 0) : 0),
  });

  const startedAt = performance.now();
  for (const [index, { atMs, origins: to }] of plan.entries()) {
    stop.throwIfAborted();
    const dueMs = startedAt + atMs;
    if (dueMs > performance.now()) await pause(dueMs - performance.now());
    const delivery = deliveryTo(index, to, origins);
    dueAt.set(delivery.notification.id, atMs < warmMs ? NaN : dueMs);
    host.deliver(delivery);
  }
  const deadline = performance.now() + endsWithinMs;
  while (counts.delivered < plan.length && performance.now() < deadline) await pause(20);
  const measured = took.filter((ms) => !Number.isNaN(ms));
  const figures = {
    pushes: measured.length,
    p50Ms: quantile(measured, 0.5),
    p99Ms: quantile(measured, 0.99),
    mostMs: Math.max(...measured),
    late: plan.length - counts.delivered,
    attempts: counts.attempts,
    held: counts.held,
  };
  return { figures, closed: host.stop().then(() => sender.close()) };
};

const deliveryTo = (index: number, to: readonly number[], origins: readonly PushOrigin[]): Delivery => {
  const now = Date.now();
  const expiresAt = now + milliseconds.hour;
  const id = newNotificationId(now);
  const notification = notificationWith({ id, createdAt: now, expiresAt, displayUntil: expiresAt });
  const subscriptions = to.flatMap((place): KeptSubscription[] => {
    const { channel } = origins[place] ?? {};
    if (!channel) return [];
    const name = `device-${place}`;
    return [subscriptionWith({ id: subscriptionId(name), deviceId: name, channel, channelTag: name, expiresAt })];
  });
  return { feed: `feed-${index}` as FeedKey, notification, subscriptions };
};
