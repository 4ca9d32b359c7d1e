import { randomBytes } from "node:crypto";
import { deliverNotification } from "../../../functions/deliver-notification.ts";
import { putApp, tableAppRegistry } from "../../../shared/auth/app-registry.table.ts";
import type { User } from "../../../shared/auth/caller.ts";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { dataCipher } from "../../../shared/data-keys.ts";
import { memoryGovernor } from "../../../shared/delivery/governor.memory.ts";
import { tableLedgers } from "../../../shared/delivery/ledgers.table.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";
import { tableFeed } from "../../../shared/feed/feed.table.ts";
import { tableFetchMarks } from "../../../shared/feed/fetch-marks.table.ts";
import { emptyHead } from "../../../shared/feed/new-head.ts";
import { headKey } from "../../../shared/feed/rows.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { tableSubscriptions } from "../../../shared/subscription/subscriptions.table.ts";
import { vapidKeyIdsOf } from "../../../shared/subscription/vapid-key.ts";
import { meteredTable, newMeter } from "./metered-table.ts";

export const hostName = "app.contoso.com";

/** The tables of one service, each by itself. */
export type ServiceTables = Readonly<Record<"feeds" | "unsids" | "apps" | "deliveries" | "expiries", Table>>;

const policy = { baseSeconds: 5, capSeconds: 3_600 };
const unlimited = { per5Minutes: 10_000_000, perDay: 10_000_000 };
const report = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

/** One instance of the service, put together as `functions/` does it, on these tables; its pushes are delivered at once, and only counted. */
export const serviceOn = async (bare: ServiceTables) => {
  const meter = newMeter();
  const metered = (table: Table): Table => meteredTable(table, meter);
  const [feeds, unsids, deliveries] = [metered(bare.feeds), metered(bare.unsids), metered(bare.deliveries)];
  const clock = systemClock;
  const chance = Math.random;
  await putApp(bare.apps, { hostName, senders: ["server"], clients: ["client"] });
  const hints = tableExpiryHints(metered(bare.expiries));
  const feed = tableFeed({ feeds, hints, clock, limits: unlimited });
  const cipher = dataCipher([{ id: "bench", key: randomBytes(32) }]);
  const head = { rowKey: headKey, empty: (key: FeedKey) => emptyHead(key, clock.now()) };
  const kept = {
    feeds,
    unsids,
    hints,
    cipher,
    clock,
    head,
    perFeed: 50,
    vapidKeys: vapidKeyIdsOf({ publicKey: keys.p256dh }),
    report,
  };
  const subscriptions = tableSubscriptions(kept);
  let pushes = 0;
  const deliver = deliverNotification({
    feed,
    subscriptions,
    ledgers: tableLedgers({ deliveries, clock, report }),
    fetchMarks: tableFetchMarks({ feeds, clock }),
    fanout: { send: ({ id }) => Promise.reject(new Error(`The message of ${id} was put off.`)) },
    apps: tableAppRegistry(bare.apps, clock, report),
    channels: {
      webpush: {
        routeOf: () => ({ origin: "https://push.example", credential: "default" }),
        send: () => {
          pushes += 1;
          return Promise.resolve({ kind: "delivered" });
        },
      },
    },
    governor: memoryGovernor({ clock, chance, policy, concurrency: 64, messagesInHand: 32, pruningShareMax: 10 }),
    clock,
    policy,
    chance,
  });

  return {
    bare,
    meter,
    feed,
    /** A user with one device. */
    subscribe: async (user: User): Promise<FeedKey> => {
      await subscriptions.subscribe(user, deviceOf(user), Date.now() + milliseconds.day);
      return feedKeyOf(user, hostName);
    },
    /** One run of one message. Resolves to how many devices were pushed to. */
    deliver: async (job: FanoutJob): Promise<number> => {
      const before = pushes;
      const bug = (error: unknown): void => console.error(error);
      await deliver(JSON.parse(JSON.stringify(job)), { deliveryCount: 1, emit: () => undefined, bug });
      return pushes - before;
    },
  };
};
export type Service = Awaited<ReturnType<typeof serviceOn>>;

const keys = { p256dh: randomBytes(65).toString("base64url"), auth: randomBytes(16).toString("base64url") };

const deviceOf = ({ objectId }: User) =>
  ({
    targetHostName: hostName,
    platformType: "WebPush",
    deviceId: `device of ${objectId}`,
    displayName: null,
    notificationType: "NotificationWithPayload",
    channel: { kind: "webpush", endpoint: `https://push.example/${objectId}`, keys },
    channelExpiresAt: null,
  }) as const;
