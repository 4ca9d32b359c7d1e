import type { TokenCredential } from "@azure/identity";
import { tableAppRegistry } from "../shared/auth/app-registry.table.ts";
import { tokensOf } from "../shared/auth/tokens.http.ts";
import { webPushSender } from "../shared/channels/webpush/webpush.http.ts";
import { systemClock } from "../shared/clock.ts";
import { dataCipher } from "../shared/data-keys.ts";
import { tableLedgers } from "../shared/delivery/ledgers.table.ts";
import { busFanout, openBus, pingBus } from "../shared/fanout/fanout.bus.ts";
import { tableFeed } from "../shared/feed/feed.table.ts";
import { openTables } from "../shared/storage/azure.table.ts";
import { tableExpiryHints } from "../shared/storage/expiry-hints.table.ts";
import { tableSubscriptions } from "../shared/subscription/subscriptions.table.ts";
import type { Config } from "./config.ts";

/** Everything the functions use, made once for the process. The only file that picks Azure. Nothing connects before its first use. */
export const dependencies = (config: Config) => {
  const clock = systemClock;
  const tables = openTables(tablesAccess(config.tables));
  const bus = openBus(busAccess(config.bus));
  const hints = tableExpiryHints(tables.expiries);
  const { feeds, unsids } = tables;
  const webpush = webPushSender({
    vapid: config.vapid,
    clock,
    ...(config.pushExtraCa !== undefined && { extra: { hosts: config.pushHosts.extra, ca: config.pushExtraCa } }),
  });
  return {
    clock,
    apps: tableAppRegistry(tables.apps, clock),
    tokens: tokensOf(config.tokens),
    feed: tableFeed({ feeds, hints, clock }),
    subscriptions: tableSubscriptions({ feeds, unsids, hints, cipher: dataCipher(config.dataKeys), clock }),
    appWrites: { take: () => Promise.resolve({ giveBack: () => undefined }) },
    busy: { check: () => undefined },
    ledgers: tableLedgers(tables.deliveries),
    fanout: busFanout(bus, clock),
    channels: { webpush },
    chance: Math.random,
    checks: {
      tables: () => tables.apps.find("health", "health"),
      serviceBus: () => pingBus(bus),
    },
    close: async () => {
      await Promise.all([webpush.close(), bus.close()]);
    },
  };
};

const tablesAccess = (access: Config["tables"]): Parameters<typeof openTables>[0] =>
  access.kind === "connection-string"
    ? access
    : { kind: "identity", endpoint: access.place, credential: managedIdentity(access.clientId) };

const busAccess = (access: Config["bus"]): Parameters<typeof openBus>[0] =>
  access.kind === "connection-string"
    ? access
    : { kind: "identity", fullyQualifiedNamespace: access.place, credential: managedIdentity(access.clientId) };

/** `@azure/identity` is large and only Azure needs it, so it is loaded when the first token is asked for. */
const managedIdentity = (clientId: string | undefined): TokenCredential => {
  let credential: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      credential ??= import("@azure/identity").then(
        ({ DefaultAzureCredential }) =>
          new DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId }),
      );
      return (await credential).getToken(scopes, options);
    },
  };
};
