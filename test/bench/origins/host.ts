import { setTimeout as pause } from "node:timers/promises";
import { deliverNotification } from "../../../functions/deliver-notification.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { systemClock } from "../../../shared/clock.ts";
import { memoryGovernor } from "../../../shared/delivery/governor.memory.ts";
import type { Governor } from "../../../shared/delivery/governor.ts";
import { tableLedgers } from "../../../shared/delivery/ledgers.table.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import type { Notification } from "../../../shared/notification/notification.ts";
import type { KeptSubscription } from "../../../shared/subscription/subscriptions.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { memoryTable } from "../../support/memory-table.ts";

/** One notification, to a user with these devices. */
export type Delivery = {
  readonly feed: FeedKey;
  readonly notification: Notification;
  readonly subscriptions: readonly KeptSubscription[];
};

type Options = {
  readonly sender: ChannelSender;
  readonly isGoverned: boolean;
  readonly onEvent: (event: FanfareEvent) => void;
};

/** As in host.json. */
const atOnce = 32;
const concurrency = 64;
/** One request to a table. */
const storeMs = 5;
const policy = { baseSeconds: 5, capSeconds: 3_600 };

const ungoverned: Governor = { send: (_route, attempt) => attempt() };

/** The delivery engine with what stands around it: a queue, stores that take their time, and 32 messages in hand at once. */
export const startHost = ({ sender, isGoverned, onEvent }: Options) => {
  const clock = systemClock;
  const known = new Map<FeedKey, Delivery>();
  const line: FanoutJob[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const inHand = new Set<Promise<void>>();
  const host = { isStopped: false };

  const stored = <T>(found: T): Promise<T> => pause(storeMs, found);
  const handle = deliverNotification({
    feed: { findStored: (feed) => stored(known.get(feed)?.notification) },
    subscriptions: {
      of: (feed) => stored([...(known.get(feed)?.subscriptions ?? [])]),
      forgetChannel: () => stored("forgotten" as const),
    },
    ledgers: tableLedgers({ deliveries: memoryTable({ turn: () => pause(storeMs) }), clock }),
    fetchMarks: { of: () => stored(new Map()) },
    fanout: {
      send: (job) => {
        arriveWhenDue(job);
        return Promise.resolve();
      },
    },
    apps: { find: () => Promise.resolve(undefined) },
    channels: { webpush: sender },
    governor: isGoverned
      ? memoryGovernor({ clock, chance: Math.random, policy, concurrency, messagesInHand: 32, pruningShareMax: 10 })
      : ungoverned,
    pushesMost: isGoverned ? 2 * concurrency : Infinity,
    clock,
    policy,
    chance: Math.random,
  });

  const work = async (job: FanoutJob): Promise<void> =>
    handle(job, { deliveryCount: 1, emit: onEvent, bug: (error) => console.error(error) });
  const workNext = (): void => {
    const job = inHand.size < atOnce && !host.isStopped ? line.shift() : undefined;
    if (!job) return;
    const run = work(job).finally(() => {
      inHand.delete(run);
      workNext();
    });
    inHand.add(run);
  };
  const arrive = (job: FanoutJob): void => {
    line.push(job);
    workNext();
  };
  const arriveWhenDue = (job: FanoutJob): void => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        arrive(job);
      },
      (job.due ?? 0) - clock.now(),
    );
    timers.add(timer);
  };

  return {
    deliver: (delivery: Delivery): void => {
      const { feed, notification } = delivery;
      known.set(feed, delivery);
      const { id, version, createdAt: acceptedAt } = notification;
      arrive({ v: 1, feed, id, version, kind: "content", hop: 0, acceptedAt });
    },
    /** Begins nothing any more, and resolves when what is in hand is done. */
    stop: async (): Promise<void> => {
      host.isStopped = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(inHand);
      for (const timer of timers) clearTimeout(timer);
    },
  };
};
