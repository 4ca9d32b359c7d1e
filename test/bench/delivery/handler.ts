import { randomBytes } from "node:crypto";
import { deliverNotification } from "../../../functions/deliver-notification.ts";
import { noSdk } from "../../../functions/telemetry/running-sdk.ts";
import { telemetry } from "../../../functions/telemetry/telemetry.ts";
import { putApp, tableAppRegistry } from "../../../shared/auth/app-registry.table.ts";
import { withCanary } from "../../../shared/channels/webpush/canary.ts";
import { webPushSender } from "../../../shared/channels/webpush/webpush.http.ts";
import { systemClock } from "../../../shared/clock.ts";
import { dataCipher } from "../../../shared/data-keys.ts";
import { memoryGovernor } from "../../../shared/delivery/governor.memory.ts";
import { tableLedgers } from "../../../shared/delivery/ledgers.table.ts";
import { tracedFanout } from "../../../shared/fanout/traced-fanout.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { tableFeed } from "../../../shared/feed/feed.table.ts";
import { tableFetchMarks } from "../../../shared/feed/fetch-marks.table.ts";
import { emptyHead } from "../../../shared/feed/new-head.ts";
import { headKey } from "../../../shared/feed/rows.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import { tableSubscriptions } from "../../../shared/subscription/subscriptions.table.ts";
import { vapidKeyIdsOf } from "../../../shared/subscription/vapid-key.ts";
import { memoryTable } from "../../support/memory-table.ts";
import type { LocalVendors } from "../channels/local-vendors.ts";

type Given = {
  readonly vendors: {
    readonly at: { readonly webpush: Pick<LocalVendors["at"]["webpush"], "url" | "ca"> };
    readonly vapid: LocalVendors["vapid"];
  };
  readonly atOnce: number;
  readonly hostName: string;
  /** Where a message goes that is to come later. */
  readonly later: (job: FanoutJob) => Promise<void>;
};

/** As in host.json, and the settings' defaults. */
const messagesInHand = 32;
const pruningShareMax = 10;
const policy = { baseSeconds: 5, capSeconds: 3_600 };
const unlimited = { per5Minutes: 10_000_000, perDay: 10_000_000 };
const report = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

/** The handler as `functions/` puts it together: every part is the app's own but for the tables and the bus, which are in this process's memory. */
export const ourHandler = async ({ vendors, atOnce, hostName, later }: Given) => {
  const { at, vapid } = vendors;
  const clock = systemClock;
  const cipher = dataCipher([{ id: "bench", key: randomBytes(32) }]);
  const [feeds, unsids, apps, deliveries] = [memoryTable(), memoryTable(), memoryTable(), memoryTable()];
  await putApp(apps, { hostName, senders: ["server"], clients: ["client"] });
  const hints = tableExpiryHints(memoryTable());
  const feed = tableFeed({ feeds, hints, clock, limits: unlimited });
  const head = { rowKey: headKey, empty: (key: FeedKey) => emptyHead(key, clock.now()) };
  const vapidKeys = vapidKeyIdsOf(vapid);
  const kept = { feeds, unsids, hints, cipher, clock, head, perFeed: 50, vapidKeys, report };
  const subscriptions = tableSubscriptions(kept);
  const sender = withCanary(
    webPushSender({
      clock,
      connectionsPerOrigin: atOnce,
      vapid: { ...vapid, subject: "mailto:bench@fanfare.example" },
      extra: { hosts: [new URL(at.webpush.url).host], ca: at.webpush.ca },
    }),
  );
  const chance = Math.random;
  const handle = deliverNotification({
    feed,
    subscriptions,
    ledgers: tableLedgers({ deliveries, clock, report }),
    fetchMarks: tableFetchMarks({ feeds, clock }),
    fanout: tracedFanout({ send: later }),
    apps: tableAppRegistry(apps, clock, report),
    channels: { webpush: sender },
    governor: memoryGovernor({ clock, chance, policy, concurrency: atOnce, messagesInHand, pruningShareMax }),
    pushesMost: 2 * atOnce,
    clock,
    policy,
    chance,
  });
  const told = telemetry({ sdk: noSdk, clock, chance, samplePercent: 1, isDevelopment: false });

  return {
    feed,
    subscriptions,
    compose: sender.compose,
    /** One run of one message, as the host has it from the bus. */
    run: (job: FanoutJob): Promise<void> => {
      const body: unknown = JSON.parse(JSON.stringify(job));
      const bug = (error: unknown): void => console.error(error);
      return told.message({ body, messageId: job.id }, dropped, (emit) =>
        handle(body, { deliveryCount: 1, emit, bug }),
      );
    },
    close: sender.close,
  };
};
export type OurHandler = Awaited<ReturnType<typeof ourHandler>>;

const dropped = (): void => undefined;
