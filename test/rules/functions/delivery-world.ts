import { expect } from "vitest";
import { deliverNotification } from "../../../functions/deliver-notification.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { canaryEndpoint } from "../../../shared/channels/webpush/canary.ts";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import type { Held } from "../../../shared/delivery/governor.ts";
import { nothingTold, type LedgerEntry, type Told, type ToldKind } from "../../../shared/delivery/ledger.ts";
import type { RetryPolicy } from "../../../shared/delivery/decide.ts";
import { retryAtMeeting } from "../../../shared/delivery/meeting.ts";
import { tableLedgers } from "../../../shared/delivery/ledgers.table.ts";
import type { Fanout } from "../../../shared/fanout/fanout.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import type { Notification, PlatformType } from "../../../shared/notification/notification.ts";
import type { Channel } from "../../../shared/subscription/subscription.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import type { Emit, FanfareEvent } from "../../../shared/telemetry/events.ts";
import { memoryTable } from "../../support/memory-table.ts";
import {
  browserKeys,
  channelOf,
  feed,
  notificationWith,
  now as startedAt,
  subscriptionId,
  subscriptionWith,
} from "../samples.ts";

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

/** What a run asks of the stores and the bus. */
export type Step = "find" | "of" | "read" | "marks" | "schedule" | "forget" | "record";
/** What becomes of an attempt: an answer, none that is even asked for, or a bug in the code that sends. */
type Answer = Outcome | Held | Error;

type World = {
  readonly notification?: Notification | undefined;
  /** What each device answers, one an attempt, the last one for ever. */
  readonly devices: Readonly<Record<string, readonly Answer[]>>;
  /** The platform of each device that is no browser. */
  readonly platforms?: Readonly<Record<string, PlatformType>>;
  /** The device whose channel another has, too. */
  readonly sharing?: Readonly<Record<string, string>>;
  /** The device that is an operator's canary, if one is. */
  readonly canary?: string;
  /** Devices whose channels do not open, each with the key that is missing. */
  readonly closed?: Readonly<Record<string, string>>;
  /** The channels that are served; all four by default. */
  readonly served?: readonly Channel["kind"][];
  readonly policy?: RetryPolicy;
  /** Which content each device has fetched, if any. */
  readonly fetched?: Readonly<Record<string, number>>;
  /** What stands before the queue; nothing by default. */
  readonly through?: (fanout: Fanout) => Fanout;
};

const canaryChannel: Channel = { kind: "webpush", endpoint: canaryEndpoint("a"), keys: browserKeys };

/** The whole job on its own ledger and on stores of a few lines; `happened` is what it did to the world, in order. */
export const world = (given: World) => {
  let stored = "notification" in given ? given.notification : notification;
  let now = startedAt;
  const meanwhile = new Map<Step, () => unknown>();
  const ledgers = tableLedgers({
    deliveries: memoryTable(),
    clock: { now: () => now },
    pause: () => Promise.resolve(),
  });
  const fetched: Record<string, number> = { ...given.fetched };
  const happened: string[] = [];
  const scheduled: { job: FanoutJob; expiresAt: number }[] = [];
  const events: FanfareEvent[] = [];
  const attemptEvents: FanfareEvent[] = [];
  const bugs: unknown[] = [];
  const forgotten = new Set<string>();
  const renewed = new Set<string>();
  const attempts = new Map<string, number>();
  const step = async (name: Step, what?: string): Promise<void> => {
    const act = meanwhile.get(name);
    meanwhile.delete(name);
    await act?.();
    if (what !== undefined) happened.push(what);
  };
  const platformOf = (name: string): PlatformType => given.platforms?.[name] ?? "WebPush";
  const tagOf = (name: string): string => `${renewed.has(name) ? "new " : ""}tag of ${given.sharing?.[name] ?? name}`;
  const answerOf = (name: string): Answer => {
    const answers = given.devices[name] ?? [];
    const count = attempts.get(name) ?? 0;
    attempts.set(name, count + 1);
    return answers[count] ?? answers.at(-1) ?? { kind: "delivered" };
  };
  let answer: Answer;
  /** Each channel is a sender of its own, which knows its devices only. */
  const sender = (kind: Channel["kind"]): Pick<ChannelSender, "routeOf" | "send"> => ({
    routeOf: ({ subscription: { id } }) => ({ origin: id, credential: kind }),
    send: ({ kind: told, subscription: { id, channel } }) => {
      expect(channel?.kind).toBe(kind);
      happened.push({ tap: `tapped ${id}`, content: `sent to ${id}`, fallback: `alerted ${id}` }[told]);
      if (answer instanceof Error) throw answer;
      expect(answer.kind).not.toBe("held");
      return Promise.resolve(answer as Outcome);
    },
  });
  const served = given.served ?? (["webpush", "wns", "fcm", "apns"] as const);
  const run = deliverNotification({
    feed: {
      findStored: async () => {
        const found = stored;
        await step("find");
        return found;
      },
    },
    subscriptions: {
      of: async () => {
        await step("of");
        return Object.keys(given.devices).map((name) => ({
          ...subscriptionWith({
            id: subscriptionId(name),
            platformType: platformOf(name),
            channel: name === given.canary ? canaryChannel : channelOf(platformOf(name)),
            channelTag: tagOf(name),
          }),
          ...(forgotten.has(name) && { channel: null }),
          ...(given.closed?.[name] !== undefined && { channel: null, closedKeyId: given.closed[name] }),
        }));
      },
      forgetChannel: async (_, { id, channelTag }) => {
        await step("forget", `forgot ${id}`);
        if (channelTag !== tagOf(id)) return "changed";
        forgotten.add(id);
        return "forgotten";
      },
    },
    ledgers: {
      read: (...place) => step("read").then(() => ledgers.read(...place)),
      record: (...made) => step("record", "recorded").then(() => ledgers.record(...made)),
    },
    fetchMarks: {
      of: () =>
        step("marks").then(
          () => new Map(Object.entries(fetched).map(([name, version]) => [subscriptionId(name), version])),
        ),
    },
    fanout: (given.through ?? ((fanout) => fanout))({
      send: async (next, { expiresAt }) => {
        await step("schedule", "scheduled");
        scheduled.push({ job: next, expiresAt });
      },
    }),
    apps: { find: () => Promise.resolve(undefined) },
    channels: Object.fromEntries(served.map((kind) => [kind, sender(kind)])),
    governor: {
      send: async ({ origin }, attempt, { expiresAt }) => {
        expect(expiresAt).toBe(stored?.expiresAt);
        answer = answerOf(origin);
        return "kind" in answer && answer.kind === "held" ? answer : attempt();
      },
    },
    clock: { now: () => now },
    policy: given.policy ?? { baseSeconds: 5, capSeconds: 3_600 },
    chance: () => 0.5,
  });
  const emit = (event: FanfareEvent): void => void (event.event === "attempt" ? attemptEvents : events).push(event);
  const bug = (error: unknown): void => void bugs.push(error);
  return {
    deliver: (message: unknown = job, deliveryCount = 1, tell: Emit = emit): Promise<void> =>
      run(message, { deliveryCount, emit: tell, bug }),
    /** Something happens when a run next comes to this step, once; or it throws, and the step fails. */
    during: (name: Step, act: () => unknown): void => void meanwhile.set(name, act),
    /** A device subscribes anew, with another channel. */
    renew: (name: string): void => void renewed.add(name),
    /** A device fetches this content. */
    fetch: (name: string, contentVersion: number): void => void (fetched[name] = contentVersion),
    change: (changes: Partial<Notification>): void => void (stored = stored && { ...stored, ...changes }),
    advanceTo: (time: number): void => void (now = time),
    /** Another run tells a device this version, and records it. */
    anotherRunTells: async (name: string, version: number, more: Partial<LedgerEntry> & { kind?: ToldKind } = {}) => {
      const { kind = "content", ...changes } = more;
      const entry = { told: version, version, outcome: "delivered", attempts: 1, at: now, ...changes } as const;
      const entries = { [tagOf(name)]: { subscriptionId: subscriptionId(name), ...entry } };
      const made: Told = { ...nothingTold, [kind]: entries };
      const read = await ledgers.read(feed, job.id);
      await ledgers.record(feed, job.id, { read, made, expiresAt: notification.expiresAt });
    },
    entryOf: async (name: string, kind: ToldKind = "content"): Promise<LedgerEntry | undefined> =>
      (await ledgers.read(feed, job.id))[kind][tagOf(name)],
    happened,
    scheduled,
    /** All but those of attempts, which have their own list. */
    events,
    attemptEvents,
    bugs,
    attempts,
  };
};

/** When that is which may be tried again from `at` on, as was found at `from`: at the notification's next meeting time. */
export const retriedAt = (at: number, from: number): number =>
  retryAtMeeting(at, { id: notification.id, expiresAt: notification.expiresAt, now: from });

/** When what is tried at that moment for the first time, in vain, is tried again: after half of the base; or of what was to be waited for, found at `from`. */
export const firstRetryAfter = (time: number, from = time): number => retriedAt(time + 2_500, from);

/** Between so much and twice as much later than the start: what a notification's meeting times allow. */
export const expectToMeet = (due: number | undefined, leastMs: number, from = startedAt): void => {
  expect(due).toBeGreaterThanOrEqual(from + leastMs);
  expect(due).toBeLessThan(from + 2 * leastMs);
};

/** A step that fails because its store or the bus is away; and by a bug. */
export const away = (): never => {
  throw new Unavailable("The store", { cause: undefined });
};
export const broken = (): never => {
  throw new Error("a bug");
};

export const delivered: Outcome = { kind: "delivered" };
export const busy: Outcome = { kind: "busy", origin: "failing", reason: "503" };
export const asked: Outcome = { kind: "busy", origin: "throttled", reason: "429", retryAfterSeconds: 60 };
export const gone: Outcome = { kind: "gone" };
export const rejected: Outcome = { kind: "rejected", reason: "400 BadTopic" };
export const misconfigured: Outcome = { kind: "misconfigured", reason: "401" };
export const held: Held = { kind: "held", reason: "the push service is down", until: startedAt + 15_000 };

/** The platforms of `everything`: a device of every kind. */
export const platforms = { phone: "iOS", tablet: "Android", desktop: "Windows" } as const;
export const everything = { browser: [delivered], phone: [delivered], tablet: [delivered], desktop: [delivered] };
