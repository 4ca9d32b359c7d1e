import { expect, test } from "vitest";
import { deliverNotification } from "../../../functions/deliver-notification.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { mergeEntries, type Ledger } from "../../../shared/delivery/ledger.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { lifetimeMaxMs, type Notification, type PlatformType } from "../../../shared/notification/notification.ts";
import type { Channel } from "../../../shared/subscription/subscription.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { channelOf, feed, notificationWith, now as startedAt, subscriptionId, subscriptionWith } from "../samples.ts";

const notification = notificationWith();
const job: FanoutJob = {
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
const world = (given: World) => {
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

const delivered: Outcome = { kind: "delivered" };
const busy: Outcome = { kind: "busy", reason: "503" };
const asked: Outcome = { kind: "busy", reason: "429", retryAfterSeconds: 60 };
const gone: Outcome = { kind: "gone" };
const rejected: Outcome = { kind: "rejected", reason: "400 BadTopic" };
const misconfigured: Outcome = { kind: "misconfigured", reason: "401" };

test("every device of the user gets it, and a second run of the message sends nothing more", async () => {
  const { deliver, happened } = world({ devices: { phone: [delivered], laptop: [delivered] } });
  await deliver();
  expect(happened).toEqual(["sent to phone", "sent to laptop", "recorded"]);
  await deliver();
  expect(happened).toHaveLength(3);
});

test("the retry is scheduled and the dead channel forgotten before anything is recorded", async () => {
  const { deliver, happened } = world({ devices: { slow: [busy], dead: [gone] } });
  await deliver();
  expect(happened).toEqual(["sent to slow", "sent to dead", "scheduled", "forgot dead", "recorded"]);
});

test("of several devices each has its own outcome; one message goes on, at the earliest time, one hop further", async () => {
  const devices = {
    ok: [delivered],
    slow: [busy],
    asks: [asked],
    dead: [gone],
    bad: [rejected],
    ours: [misconfigured],
  };
  const { deliver, scheduled, events, entryOf } = world({ devices });
  await deliver();
  const at = startedAt + 2_500;
  expect(scheduled).toEqual([{ job: { ...job, hop: 4 }, notBefore: at, expiresAt: notification.expiresAt }]);
  const common = (name: string) => ({ subscriptionId: name, contentVersion: 7, attempts: 1, at: startedAt });
  expect(entryOf("ok")).toEqual({ ...common("ok"), outcome: "delivered" });
  expect(entryOf("slow")).toEqual({ ...common("slow"), outcome: "busy", reason: "503", notBefore: at });
  expect(entryOf("asks")).toEqual({ ...common("asks"), outcome: "busy", reason: "429", notBefore: startedAt + 60_000 });
  expect(entryOf("dead")).toEqual({ ...common("dead"), outcome: "gone" });
  expect(entryOf("bad")).toEqual({ ...common("bad"), outcome: "rejected", reason: "400 BadTopic" });
  expect(entryOf("ours")).toEqual({ ...common("ours"), outcome: "misconfigured", reason: "401", notBefore: at });
  expect(events).toEqual([
    {
      event: "delivery",
      kind: "content",
      notificationId: notification.id,
      subscriptions: 6,
      hop: 3,
      outcomes: { delivered: 1, busy: 2, gone: 1, rejected: 1, misconfigured: 1 },
      reasons: ["503", "429", "400 BadTopic", "401"],
      retryAt: at,
      sinceAcceptedMs: 50,
    },
  ]);
});

test("the next run tries whoever is due, not who was asked to wait, and backs off further", async () => {
  const { deliver, scheduled, attempts, advanceTo, entryOf } = world({
    devices: { slow: [busy], asks: [asked, delivered] },
  });
  await deliver();
  advanceTo(startedAt + 2_500);
  await deliver(scheduled[0]?.job);
  expect(Object.fromEntries(attempts)).toEqual({ slow: 2, asks: 1 });
  expect(entryOf("slow")).toMatchObject({ attempts: 2, notBefore: startedAt + 2_500 + 5_000 });
  expect(scheduled[1]).toMatchObject({ job: { hop: 5 }, notBefore: startedAt + 7_500 });
});

test("a run that came too early sends nothing, and hands its message on to the time", async () => {
  const { deliver, scheduled, happened } = world({ devices: { asks: [asked] } });
  await deliver();
  await deliver({ ...job, hop: 4 });
  expect(happened).toEqual(["sent to asks", "scheduled", "recorded", "scheduled"]);
  expect(scheduled[1]).toMatchObject({ job: { hop: 5 }, notBefore: startedAt + 60_000 });
});

test("it is tried again until it is delivered, with no count but its lifetime", async () => {
  const { deliver, scheduled, attempts, advanceTo, entryOf } = world({ devices: { slow: [busy] } });
  let next: unknown = job;
  for (let runs = 0; runs < 100 && next !== undefined; runs += 1) {
    await deliver(next);
    const last = scheduled.splice(0)[0];
    next = last?.job;
    if (last?.notBefore !== undefined) advanceTo(last.notBefore);
  }
  expect(next).toBeUndefined();
  expect(attempts.get("slow")).toBe(11); // half of 5 + 10 + 20 + … seconds, until the hour of its life is over
  expect(entryOf("slow")).toMatchObject({ outcome: "gave-up", reason: "503", attempts: 11 });
  expect(entryOf("slow")).not.toHaveProperty("notBefore");
});

test.each(["find", "of", "read", "schedule", "forget", "record"] as const)(
  "when the step %s fails the message is not done, and its next run completes it",
  async (failing) => {
    const { deliver, scheduled, events, entryOf } = world({
      failing,
      devices: { slow: [busy], dead: [gone], ok: [delivered] },
    });
    await expect(deliver()).rejects.toThrow(`${failing} failed`);
    expect(events).toEqual([]);
    await deliver();
    expect(new Set(scheduled.map(({ job: next }) => next.hop))).toEqual(new Set([4]));
    expect(["slow", "ok"].map((name) => entryOf(name)?.outcome)).toEqual(["busy", "delivered"]);
  },
);

test.each(["find", "of", "read", "forget", "record"] as const)(
  "while our own store is away (%s) the message goes on a hop later and is done: no outage uses up its delivery count",
  async (failing) => {
    const { deliver, scheduled, events, entryOf } = world({
      failing,
      away: "once",
      devices: { dead: [gone], ok: [delivered] },
    });
    await deliver();
    const retryAt = startedAt + 7_500;
    expect(scheduled).toEqual([
      { job: { ...job, hop: 4 }, notBefore: retryAt, expiresAt: job.acceptedAt + lifetimeMaxMs },
    ]);
    const reason = `${failing} is throttled or unreachable`;
    expect(events).toEqual([{ event: "postponed", notificationId: notification.id, hop: 3, reason, retryAt }]);
    await deliver(scheduled[0]?.job);
    expect(entryOf("ok")?.outcome).toBe("delivered");
  },
);

test("with the bus away nothing can be put off: the message is thrown back", async () => {
  const { deliver, scheduled } = world({ failing: "schedule", away: "always", devices: { slow: [busy] } });
  await expect(deliver()).rejects.toThrow(Unavailable);
  expect(scheduled).toEqual([]);
});

test.each([
  ["expired", "content", notificationWith({ expiresAt: startedAt })],
  ["expired", "state", notificationWith({ expiresAt: startedAt })],
  ["deleted", "content", notificationWith({ status: "deleted" })],
  ["unknown", "content", undefined],
  ["unknown", "state", undefined],
] as const)("of an %s notification a %s message is done without a try, and is told of", async (_, kind, missing) => {
  const { deliver, happened, events } = world({
    notification: missing,
    devices: { phone: [delivered] },
    platforms: { phone: "iOS" },
  });
  await deliver({ ...job, kind });
  expect(happened).toEqual([]);
  const { id: notificationId } = job;
  expect(events).toEqual([{ event: "lapsed", kind, notificationId, hop: 3, sinceAcceptedMs: 50 }]);
});

test("a message older than the content sends the newest content, for its own version may have been lost", async () => {
  const { deliver, entryOf } = world({
    notification: notificationWith({ contentVersion: 9 }),
    devices: { phone: [delivered] },
  });
  await deliver();
  expect(entryOf("phone")).toMatchObject({ contentVersion: 9 });
});

test("with nobody to tell, nothing is written and the run is told of all the same", async () => {
  const { deliver, happened, events } = world({ devices: {} });
  await deliver();
  expect(happened).toEqual([]);
  expect(events).toMatchObject([{ subscriptions: 0, outcomes: {}, reasons: [] }]);
});

test("of two subscriptions with one channel one is tried, in every run until it is done, and the other after it not again", async () => {
  const sharing = { again: "laptop" };
  const { deliver, scheduled, happened, advanceTo, entryOf } = world({
    devices: { laptop: [delivered], again: [busy, delivered], phone: [delivered] },
    sharing,
  });
  await deliver();
  advanceTo(startedAt + 2_500);
  await deliver(scheduled[0]?.job);
  await deliver({ ...job, hop: 5 });
  expect(happened.filter((what) => what.startsWith("sent"))).toEqual([
    "sent to again",
    "sent to phone",
    "sent to again",
  ]);
  expect(entryOf("laptop")).toMatchObject({ subscriptionId: "again", outcome: "delivered", attempts: 2 });
});

test("a dead channel is forgotten for whoever has it, in the run that found it dead, and nobody rings it again", async () => {
  const { deliver, happened } = world({
    devices: { laptop: [gone], again: [gone], third: [delivered] },
    sharing: { again: "laptop" },
  });
  await deliver();
  await deliver({ ...job, hop: 4 });
  expect(happened).toEqual(["sent to again", "sent to third", "forgot laptop", "forgot again", "recorded"]);
});

test("a channel that was forgotten is not tried again", async () => {
  const { deliver, happened } = world({ devices: { dead: [gone] } });
  await deliver();
  await deliver({ ...job, hop: 4 });
  expect(happened).toEqual(["sent to dead", "forgot dead", "recorded"]);
});

test.each([[{ ...job, v: 2 }], ["text"], [{}], [undefined]])(
  "a message that is no job is thrown back: %j",
  async (message) => {
    const { deliver, happened } = world({ devices: { phone: [delivered] } });
    await expect(message === undefined ? deliver(null) : deliver(message)).rejects.toThrow();
    expect(happened).toEqual([]);
  },
);

const changed = notificationWith({ id: notification.id, version: 9, readState: "read" });
const change: FanoutJob = { ...job, version: 9, kind: "state", actor: subscriptionId("phone"), hop: 0 };
const platforms = { phone: "iOS", tablet: "Android", desktop: "Windows" } as const;
const everything = { browser: [delivered], phone: [delivered], tablet: [delivered], desktop: [delivered] };
const ledgerOfTaps = `${notification.id}.state`;

test("a change of state taps every device but the browsers and the one that made it, once", async () => {
  const { deliver, happened, events, entryOf } = world({ notification: changed, devices: everything, platforms });
  await deliver(change);
  expect(happened).toEqual(["tapped tablet", "tapped desktop", "recorded"]);
  expect(events).toMatchObject([{ event: "delivery", kind: "state", outcomes: { delivered: 2 } }]);
  expect(entryOf("tablet", ledgerOfTaps)).toMatchObject({ contentVersion: 9, outcome: "delivered" });
  await deliver(change);
  await deliver({ ...change, hop: 1 });
  expect(happened).toHaveLength(3);
});

test("a deletion is tapped, though the notification is found no more", async () => {
  const deleted = notificationWith({ id: notification.id, version: 9, status: "deleted", payload: {} });
  const { deliver, happened } = world({ notification: deleted, devices: everything, platforms });
  await deliver({ ...change, actor: subscriptionId("browser") });
  expect(happened).toEqual(["tapped phone", "tapped tablet", "tapped desktop", "recorded"]);
});

test("without an actor everybody but the browsers is tapped", async () => {
  const { actor: _, ...byNobody } = change;
  const { deliver, happened } = world({ notification: changed, devices: everything, platforms });
  await deliver(byNobody);
  expect(happened).toEqual(["tapped phone", "tapped tablet", "tapped desktop", "recorded"]);
});

test("taps and content have a ledger each: neither finishes what the other has to do", async () => {
  const { deliver, happened, entryOf } = world({
    notification: notificationWith({ id: notification.id, version: 9 }),
    devices: { tablet: [delivered] },
    platforms,
  });
  await deliver(change);
  await deliver();
  expect(happened).toEqual(["tapped tablet", "recorded", "sent to tablet", "recorded"]);
  expect(entryOf("tablet")).toMatchObject({ contentVersion: 7 });
  expect(entryOf("tablet", ledgerOfTaps)).toMatchObject({ contentVersion: 9 });
});

test("the next change is tapped again, and a message of the one before then finds it told", async () => {
  const {
    deliver,
    change: become,
    happened,
  } = world({
    notification: changed,
    devices: { tablet: [delivered] },
    platforms,
  });
  await deliver(change);
  become({ version: 10, userActionState: "dismissed" });
  await deliver({ ...change, version: 10 });
  await deliver({ ...change, hop: 1 });
  expect(happened).toEqual(["tapped tablet", "recorded", "tapped tablet", "recorded"]);
});

test("a device that is busy is tapped again later, by a message that still knows the actor", async () => {
  const { deliver, scheduled, happened, advanceTo } = world({
    notification: changed,
    devices: { phone: [delivered], tablet: [busy, delivered] },
    platforms,
  });
  await deliver(change);
  const at = startedAt + 2_500;
  expect(scheduled).toEqual([{ job: { ...change, hop: 1 }, notBefore: at, expiresAt: changed.expiresAt }]);
  advanceTo(at);
  await deliver(scheduled[0]?.job);
  expect(happened.filter((what) => what.startsWith("tapped"))).toEqual(["tapped tablet", "tapped tablet"]);
});

test("content goes to each device by its own channel", async () => {
  const { deliver, happened } = world({ devices: everything, platforms });
  await deliver();
  expect(happened).toEqual(["sent to browser", "sent to phone", "sent to tablet", "sent to desktop", "recorded"]);
});

test.each(["content", "state"] as const)(
  "a device whose channel is not served leaves no trace in a %s run: it is as if it were not there",
  async (kind) => {
    const { deliver, happened, events, entryOf } = world({
      notification: notificationWith({ id: notification.id, version: 9 }),
      devices: { tablet: [delivered], desktop: [delivered] },
      platforms,
      served: ["webpush", "fcm"],
    });
    await deliver({ ...change, kind });
    expect(happened).toEqual([kind === "state" ? "tapped tablet" : "sent to tablet", "recorded"]);
    expect(events).toMatchObject([{ outcomes: { delivered: 1 } }]);
    expect(entryOf("desktop", kind === "state" ? ledgerOfTaps : notification.id)).toBeUndefined();
  },
);
