import { changeNotification } from "../../functions/api/feed/change-notification.ts";
import { changeNotifications } from "../../functions/api/feed/change-notifications.ts";
import { deltaOfNotifications } from "../../functions/api/feed/delta-of-notifications.ts";
import { listNotifications } from "../../functions/api/feed/list-notifications.ts";
import { removeNotification } from "../../functions/api/feed/remove-notification.ts";
import { createNotification } from "../../functions/api/create-notification.ts";
import { deleteSubscription } from "../../functions/api/subscriptions/delete-subscription.ts";
import { subscribe } from "../../functions/api/subscriptions/subscribe.ts";
import { deliverNotification } from "../../functions/deliver-notification.ts";
import { purgeExpired } from "../../functions/purge-expired.ts";
import { registeredAppSchema } from "../../shared/auth/app-registry.ts";
import type { Clock } from "../../shared/clock.ts";
import { memoryGovernor } from "../../shared/delivery/governor.memory.ts";
import { tableLedgers } from "../../shared/delivery/ledgers.table.ts";
import { tableExpired } from "../../shared/expiry/expired.table.ts";
import type { Fanout } from "../../shared/fanout/fanout.ts";
import type { FanoutJob } from "../../shared/fanout/job.ts";
import type { FeedKey } from "../../shared/feed-key.ts";
import { emptyHead } from "../../shared/feed/new-head.ts";
import type { Feed } from "../../shared/feed/feed.ts";
import { tableFeed } from "../../shared/feed/feed.table.ts";
import { tableFetchMarks } from "../../shared/feed/fetch-marks.table.ts";
import { headKey } from "../../shared/feed/rows.ts";
import type { Pause } from "../../shared/storage/decided-anew.ts";
import { tableExpiryHints } from "../../shared/storage/expiry-hints.table.ts";
import { knownPushHosts } from "../../shared/subscription/push-hosts.ts";
import { vapidKeyIdOf } from "../../shared/subscription/vapid-key.ts";
import { tableSubscriptions } from "../../shared/subscription/subscriptions.table.ts";
import { tableAppWrites } from "../../shared/throttle/app-writes.table.ts";
import { busyWatch } from "../../shared/throttle/busy-watch.ts";
import { memoryReads } from "../../shared/throttle/reads.memory.ts";
import { callsOf, tablesThrough, type Calls, type Caller } from "./calls.ts";
import type { Devices } from "./devices.ts";
import { pushServices } from "./push-services.ts";
import { callerFrom, clientId, serverId } from "./request.ts";
import { hostName, type World } from "./world.ts";

/** One process of the app: what it is made of lives and dies with it. */
export const partsOf = (world: World, { caller, skewMs, devices }: Made) => {
  const { scheduler, settings, cipher, random } = world;
  const calls = callsOf(world, caller);
  const clock: Clock = { now: () => scheduler.now() + skewMs };
  /** Time passes for the living only. */
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      scheduler.after(ms, () => {
        if (caller.isAlive()) resolve();
      });
    });
  const pause: Pause = (lostRaces) => wait(random.next() * Math.min(200, 10 * 2 ** lostRaces));
  const tables = tablesThrough(calls, world.tables);
  const { feeds, unsids, throttles } = tables;
  const hints = tableExpiryHints(tables.expiries);
  const { fanout, busy } = busyWatch({
    fanout: fanoutThrough(world, calls, world.queue.fanout(clock)),
    backlog: undefined,
    backlogLimit: 1_000,
    clock,
  });
  const head = { rowKey: headKey, empty: (feed: FeedKey) => emptyHead(feed, clock.now()) };
  return {
    clock,
    cipher,
    fanout,
    busy,
    hints,
    tokens: { verify: (authorization: string | null) => Promise.resolve(callerFrom(authorization)) },
    apps: { find: () => Promise.resolve(app), ofClient: () => Promise.resolve([app]), isBlocked: () => never },
    feed: tableFeed({ feeds, hints, clock, limits: settings.userWrites, pause }),
    fetchMarks: tableFetchMarks({ feeds, clock }),
    subscriptions: tableSubscriptions({
      feeds,
      unsids,
      hints,
      cipher,
      clock,
      head,
      perFeed: 50,
      vapidKeys,
      report: (sentence) => world.violate(`reported: ${sentence}`),
      pause,
    }),
    live: { join: () => undefined }, // nobody waits: devices that are not told ask
    liveWaitSeconds: 0,
    appWrites: tableAppWrites({ throttles, clock, limitPerMinute: 60_000, pause }),
    reads: memoryReads({ clock, limits: { per5Minutes: 100_000, perDay: 1_000_000 } }),
    ledgers: tableLedgers({ deliveries: tables.deliveries, clock, pause }),
    expired: tableExpired({ ...tables, hints }),
    channels: pushServices(world, caller, devices),
    credentials: {},
    governor: memoryGovernor({
      clock,
      chance: random.next,
      policy: settings.policy,
      concurrency: settings.pushesAtOnce,
      messagesInHand: 32,
      pruningShareMax: 10,
      wait,
    }),
    pushesMost: 2 * settings.pushesAtOnce,
    policy: settings.policy,
    chance: random.next,
    pushHosts: { allowed: knownPushHosts, extra: [] },
    vapidKeys,
    subscriptionDays: 30,
    always201: false,
  };
};

type Made = { readonly caller: Caller; readonly skewMs: number; readonly devices: Devices };
export type Parts = ReturnType<typeof partsOf>;

const app = registeredAppSchema.parse({ hostName, senders: [serverId], clients: [clientId] });
const vapidKeys = { current: vapidKeyIdOf("current") };
const never = Promise.resolve(false);

/** `timeLimitMs` of the real one. */
const sendLimitMs = 8_000;

/** Of a POST, PATCH or DELETE, or of a run that goes on. */
const sortOf = ({ again, due, kind, hop }: FanoutJob): "first" | "fallback" | "later" | "again" => {
  if (again !== undefined) return "again";
  if (due === undefined) return "first";
  return kind === "fallback" && hop === 0 ? "fallback" : "later";
};

const fanoutThrough = (world: World, calls: Calls, { send }: Fanout): Fanout => ({
  send: (job, until) => {
    world.count(`sent: ${sortOf(job)}`);
    return calls({
      store: "bus",
      what: `send ${job.kind} of ${job.id} v${job.version} hop ${job.hop}${job.due === undefined ? "" : ` due ${new Date(job.due).toISOString().slice(11, 23)}`}${job.again === undefined ? "" : ` again ${job.again}`}`,
      effect: () => send(job, until),
      limitMs: sendLimitMs,
      isRepeatable: true,
    });
  },
});

/** What an operation stored, told before it goes on: what it answers then promises as much. */
export type Stored = (what: { readonly id: string; readonly version: number }) => void;

/** The operations of the API for one request. */
export const operationsOf = (parts: Parts, stored: Stored) => {
  const feed: Feed = {
    ...parts.feed,
    accept: async (...given) => {
      const accepted = await parts.feed.accept(...given);
      stored(accepted.notification);
      return accepted;
    },
    change: async (...given) => {
      const changed = await parts.feed.change(...given);
      for (const notification of changed) if (notification) stored(notification);
      return changed;
    },
    remove: async (...given) => {
      const tombstone = await parts.feed.remove(...given);
      if (tombstone) stored(tombstone);
      return tombstone;
    },
  };
  const use = { ...parts, feed };
  return {
    post: createNotification(use),
    change: changeNotification(use),
    changeMany: changeNotifications(use),
    remove: removeNotification(use),
    list: listNotifications(use),
    delta: deltaOfNotifications(use),
    subscribe: subscribe(use),
    unsubscribe: deleteSubscription(use),
  };
};
export type OperationName = keyof ReturnType<typeof operationsOf>;

/** What the queue and the timer trigger. */
export const triggersOf = (parts: Parts) => ({ deliver: deliverNotification(parts), purge: purgeExpired(parts) });
