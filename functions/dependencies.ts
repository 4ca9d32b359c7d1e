import { tableAppRegistry } from "../shared/auth/app-registry.table.ts";
import { tokensOf } from "../shared/auth/tokens.http.ts";
import { azureCredential } from "../shared/azure-credential.http.ts";
import type { ChannelSender } from "../shared/channels/channel.ts";
import { apnsSender } from "../shared/channels/apns/apns.http.ts";
import { fcmSender } from "../shared/channels/fcm/fcm.http.ts";
import type { Served } from "../shared/channels/served.ts";
import { tableSharedTokens } from "../shared/channels/shared-tokens.table.ts";
import { wnsSender } from "../shared/channels/wns/wns.http.ts";
import { withCanary } from "../shared/channels/webpush/canary.ts";
import { webPushSender } from "../shared/channels/webpush/webpush.http.ts";
import { systemClock } from "../shared/clock.ts";
import { dataCipher } from "../shared/data-keys.ts";
import type { FeedKey } from "../shared/feed-key.ts";
import { memoryGovernor } from "../shared/delivery/governor.memory.ts";
import { tableLedgers } from "../shared/delivery/ledgers.table.ts";
import { tableExpired } from "../shared/expiry/expired.table.ts";
import { busBacklog } from "../shared/fanout/backlog.bus.ts";
import { busDeadLetters } from "../shared/fanout/dead-letters.bus.ts";
import { busFanout, openBus, pingBus } from "../shared/fanout/fanout.bus.ts";
import { tracedFanout } from "../shared/fanout/traced-fanout.ts";
import { emptyHead } from "../shared/feed/new-head.ts";
import { tableFeed } from "../shared/feed/feed.table.ts";
import { tableFetchMarks } from "../shared/feed/fetch-marks.table.ts";
import { tableHeadMarks } from "../shared/feed/head-marks.table.ts";
import { toldLive } from "../shared/feed/live.ts";
import { memoryLive } from "../shared/feed/live.memory.ts";
import { headKey } from "../shared/feed/rows.ts";
import type { Report } from "../shared/report.ts";
import { openTables } from "../shared/storage/azure.table.ts";
import { tableExpiryHints } from "../shared/storage/expiry-hints.table.ts";
import { tableSubscriptions } from "../shared/subscription/subscriptions.table.ts";
import { tableAppWrites } from "../shared/throttle/app-writes.table.ts";
import { busyWatch } from "../shared/throttle/busy-watch.ts";
import { memoryReads } from "../shared/throttle/reads.memory.ts";
import type { Config } from "./config.ts";

/** Everything the functions use, made once for the process. The only file that picks Azure. Nothing connects before its first use. */
export const dependencies = (config: Config) => {
  const { throttle, backlogLimit, vapidKeys } = config;
  const clock = systemClock;
  const cipher = dataCipher(config.dataKeys);
  const tables = openTables(tablesAccess(config.tables));
  const { feeds, unsids, throttles } = tables;
  const hints = tableExpiryHints(tables.expiries);
  const bus = openBus(busAccess(config.bus));
  const backlog = busBacklog(busAccess(config.bus), { adminUrl: config.busAdminUrl });
  const { fanout, busy } = busyWatch({ fanout: tracedFanout(busFanout(bus, clock)), backlog, backlogLimit, clock });
  const head = { rowKey: headKey, empty: (feed: FeedKey) => emptyHead(feed, clock.now()) };
  const perFeed = config.subscriptionsPerFeed;
  const live = memoryLive({ headOf: tableHeadMarks({ feeds }) });
  for (const { faults } of Object.values(config.credentials)) faults.forEach(reportUnusable);
  const channels = sendersOf(config, { clock, tokens: tableSharedTokens({ tokens: tables.tokens, cipher, clock }) });
  return {
    clock,
    cipher,
    apps: tableAppRegistry(tables.apps, clock, report),
    tokens: tokensOf(config.tokens),
    feed: toldLive(tableFeed({ feeds, hints, clock, limits: throttle.userWrites }), live),
    live,
    fetchMarks: tableFetchMarks({ feeds, clock }),
    subscriptions: tableSubscriptions({ feeds, unsids, hints, cipher, clock, head, perFeed, vapidKeys, report }),
    appWrites: tableAppWrites({ throttles, clock, limitPerMinute: throttle.appWritesPerMinute }),
    reads: memoryReads({ clock, limits: throttle.userReads }),
    busy,
    fanout,
    deadLetters: busDeadLetters(bus, clock),
    ledgers: tableLedgers({ ...tables, clock, report }),
    hints,
    expired: tableExpired({ ...tables, hints }),
    /** Those for which there is a credential. */
    channels,
    governor: memoryGovernor({
      clock,
      chance: Math.random,
      policy: config.retryPolicy,
      concurrency: config.deliveryConcurrency,
      messagesInHand: config.messagesInHand,
      pruningShareMax: config.pruningShareMax,
    }),
    chance: Math.random,
    checks: {
      tables: () => tables.apps.find("health", "health"),
      serviceBus: () => pingBus(bus),
    },
    close: async () => {
      live.close();
      await Promise.all([...Object.values(channels).map((channel) => channel.close()), bus.close()]);
    },
  };
};

/** A sender for each channel, but for those for which no credential is set: this server does not push to their platform. */
const sendersOf = (
  config: Config,
  shared: Pick<Parameters<typeof apnsSender>[0], "clock" | "tokens">,
): Served<ChannelSender> => {
  const { credentials, vendors, pushExtraCa: ca } = config;
  const { clock } = shared;
  const overPool = {
    clock,
    connectionsPerOrigin: config.deliveryConcurrency, // more would wait for a connection, and lose the time
    extra: { hosts: config.pushHosts.extra, ca },
  };
  const { apns, fcm, wns } = credentials;
  return {
    webpush: withCanary(webPushSender({ ...overPool, vapid: config.vapid })),
    ...(apns.count > 0 && { apns: apnsSender({ ...shared, credentials: apns, urls: vendors.apns, ca }) }),
    ...(fcm.count > 0 && { fcm: fcmSender({ ...overPool, credentials: fcm, url: vendors.fcm }) }),
    ...(wns.count > 0 && { wns: wnsSender({ ...overPool, credentials: wns, tokenUrl: vendors.wnsTokens }) }),
  };
};

/** Met between requests, by whichever came first: it has no event to go into. */
const report: Report = (sentence) => console.warn(sentence);

/** At start, for it would be told else only when somebody is to be pushed to. All that needs no such credential goes on. */
const reportUnusable = (fault: string): void => {
  report(`A credential cannot be used, and the deliveries that need it wait: ${fault}.`);
};

const tablesAccess = (access: Config["tables"]): Parameters<typeof openTables>[0] =>
  access.kind === "connection-string"
    ? access
    : { kind: "identity", endpoint: access.place, credential: azureCredential(access.clientId) };

const busAccess = (access: Config["bus"]): Parameters<typeof openBus>[0] =>
  access.kind === "connection-string"
    ? access
    : { kind: "identity", fullyQualifiedNamespace: access.place, credential: azureCredential(access.clientId) };
