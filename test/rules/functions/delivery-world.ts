import { expect } from "vitest";
import { deliverNotification } from "../../../functions/deliver-notification.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { mergeEntries, type Ledger } from "../../../shared/delivery/ledger.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import type { Notification, PlatformType } from "../../../shared/notification/notification.ts";
import type { Channel } from "../../../shared/subscription/subscription.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { channelOf, feed, notificationWith, now as startedAt, subscriptionId, subscriptionWith } from "../samples.ts";

export const notification = notificationWith();
export const job: FanoutJob = {
  v: 1,
  feed,
  id: notification.id,
  version: 7,
  kind: "content",
  hop: 3,
  acceptedAt: startedAt - 50,
};

type World = {
  readonly notification?: Notification | undefined;
  /** What each device answers, one outcome an attempt, the last one for ever. */
  readonly devices: Readonly<Record<string, readonly Outcome[]>>;
  /** The platform of each device that is no browser. */
  readonly platforms?: Readonly<Record<string, PlatformType>>;
  /** The device whose channel another has, too. */
  readonly sharing?: Readonly<Record<string, string>>;
  /** The channels that are served; all four by default. */
  readonly served?: readonly Channel["kind"][];
  /** The step that fails, once. */
  readonly failing?: "find" | "of" | "read" | "schedule" | "forget" | "record";
  /** It fails because the store or the bus is away, not for a fault of ours; `always`, not once. */
  readonly away?: "once" | "always";
};

/** The whole job on stores of a few lines; `happened` is what it did to the world, in order. */
export const world = (given: World) => {
  let stored = "notification" in given ? given.notification : notification;
  let now = startedAt;
  let { failing } = given;
  const ledgers = new Map<string, Ledger>();
  const ledgerOf = (key: string): Ledger => ledgers.get(key) ?? { entries: {}, mark: undefined };
  const happened: string[] = [];
  const scheduled: { job: FanoutJob; notBefore: number | undefined; expiresAt: number }[] = [];
  const events: FanfareEvent[] = [];
  const forgotten = new Set<string>();
  const attempts = new Map<string, number>();
  const step = async (name: NonNullable<World["failing"]>, what?: string): Promise<void> => {
    await Promise.resolve();
    if (failing === name) {
      if (given.away !== "always") failing = undefined;
      throw given.away ? new Unavailable(name, { cause: undefined }) : new Error(`${name} failed`);
    }
    if (what !== undefined) happened.push(what);
  };
  const names = Object.keys(given.devices);
  const alive = (): Notification | undefined => (stored && stored.expiresAt > now ? stored : undefined);
  const platformOf = (name: string): PlatformType => given.platforms?.[name] ?? "WebPush";
  const tagOf = (name: string): string => `tag of ${given.sharing?.[name] ?? name}`;
  /** Each channel is a sender of its own, which knows its devices only. */
  const sender = (kind: Channel["kind"]): ChannelSender => ({
    send: ({ kind: told, subscription: { id, channel } }) => {
      expect(channel?.kind).toBe(kind);
      const count = attempts.get(id) ?? 0;
      attempts.set(id, count + 1);
      happened.push(told === "tap" ? `tapped ${id}` : `sent to ${id}`);
      const outcomes = given.devices[id] ?? [];
      return Promise.resolve(outcomes[count] ?? outcomes.at(-1) ?? { kind: "delivered" });
    },
    close: () => Promise.resolve(),
  });
  const served = given.served ?? (["webpush", "wns", "fcm", "apns"] as const);
  const run = deliverNotification({
    feed: {
      find: () => step("find").then(() => (alive()?.status === "deleted" ? undefined : alive())),
      findAny: () => step("find").then(alive),
    },
    subscriptions: {
      of: () =>
        step("of").then(() =>
          names.map((name) => ({
            ...subscriptionWith({
              id: subscriptionId(name),
              platformType: platformOf(name),
              channel: channelOf(platformOf(name)),
              channelTag: tagOf(name),
            }),
            ...(forgotten.has(name) && { channel: null }),
          })),
        ),
      forgetChannel: (_, { id }) => step("forget", `forgot ${id}`).then(() => void forgotten.add(id)),
    },
    ledgers: {
      read: (_feed, key) => step("read").then(() => ledgerOf(key)),
      record: async (_feed, key, read, entries) => {
        await step("record", "recorded");
        ledgers.set(key, { entries: mergeEntries(read.entries, entries), mark: "1" });
      },
    },
    fanout: {
      send: async (next, { notBefore, expiresAt }) => {
        await step("schedule", "scheduled");
        scheduled.push({ job: next, notBefore, expiresAt });
      },
    },
    channels: Object.fromEntries(served.map((kind) => [kind, sender(kind)])),
    clock: { now: () => now },
    policy: { baseSeconds: 5, capSeconds: 3_600 },
    chance: () => 0.5,
  });
  const deliver = (message: unknown = job): Promise<void> => run(message, (event) => events.push(event));
  const entryOf = (name: string, key: string = notification.id) => ledgerOf(key).entries[tagOf(name)];
  const change = (changes: Partial<Notification>): void => void (stored = stored && { ...stored, ...changes });
  return { deliver, change, happened, scheduled, events, attempts, entryOf, advanceTo: (time: number) => (now = time) };
};

export const delivered: Outcome = { kind: "delivered" };
export const busy: Outcome = { kind: "busy", reason: "503" };
export const asked: Outcome = { kind: "busy", reason: "429", retryAfterSeconds: 60 };
export const gone: Outcome = { kind: "gone" };
export const rejected: Outcome = { kind: "rejected", reason: "400 BadTopic" };
export const misconfigured: Outcome = { kind: "misconfigured", reason: "401" };

/** The platforms of `everything`: a device of every kind. */
export const platforms = { phone: "iOS", tablet: "Android", desktop: "Windows" } as const;
export const everything = { browser: [delivered], phone: [delivered], tablet: [delivered], desktop: [delivered] };
