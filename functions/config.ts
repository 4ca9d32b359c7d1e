import { apnsCredentialFrom } from "../shared/channels/apns/credential.ts";
import { credentialsIn } from "../shared/channels/credentials.ts";
import { fcmCredentialAt } from "../shared/channels/fcm/credential.ts";
import { credentialSettings } from "../shared/channels/served.ts";
import type { Vapid } from "../shared/channels/webpush/vapid.ts";
import { wnsCredentialFrom } from "../shared/channels/wns/credential.ts";
import { vapidKeyIdsOf } from "../shared/subscription/vapid-key.ts";
import { laptopFaults } from "./laptop-only.ts";
import { settingsSchema, type Environment, type Settings } from "./settings.ts";
import { telemetryOf } from "./telemetry/telemetry-settings.ts";
import { readVapid } from "./vapid-settings.ts";

/** The app refuses to start: the message names every faulty setting and what it must be, and never a value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(faults: readonly string[]) {
    super(`Fanfare cannot start. Mend these settings:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
  }
}

/** All settings that are read by their whole names. */
export const settingNames: readonly string[] = Object.keys(settingsSchema.shape);

export type Config = ReturnType<typeof configFrom>;

/**
 * Reads the whole configuration, once. Throws `ConfigError` with every fault, those included that only a laptop may commit
 * (plain http, a push host of one's own) found anywhere else. README's settings table says what each setting means.
 */
export const readConfig = (env: Environment): Config => {
  const parsed = settingsSchema.safeParse(env);
  const faults = parsed.error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];
  const vapid = parsed.success ? readVapid(parsed.data) : undefined;
  faults.push(...connectionFaults(env), ...laptopFaults(env), ...(vapid?.kind === "faulty" ? vapid.faults : []));
  if (!parsed.success || vapid?.kind !== "read" || faults.length > 0) throw new ConfigError(faults);
  return configFrom(parsed.data, vapid.vapid, env);
};

const connectionFaults = (env: Environment): string[] => [
  ...(env.ServiceBusConnection || env.ServiceBusConnection__fullyQualifiedNamespace
    ? []
    : ["ServiceBusConnection or ServiceBusConnection__fullyQualifiedNamespace is required"]),
  ...(env.TablesConnection || env.TablesConnection__endpoint
    ? []
    : ["TablesConnection or TablesConnection__endpoint is required"]),
];

const configFrom = (settings: Settings, vapid: Vapid, env: Environment) => ({
  publicUrl: settings.PUBLIC_URL,
  corsAllowedOrigins: settings.CORS_ALLOWED_ORIGINS,
  always201: settings.ALWAYS_201,
  bus: settings.ServiceBusConnection
    ? ({ kind: "connection-string", connectionString: settings.ServiceBusConnection } as const)
    : ({
        kind: "identity",
        place: settings.ServiceBusConnection__fullyQualifiedNamespace ?? "",
        clientId: settings.ServiceBusConnection__clientId,
      } as const),
  /** Where an emulator's administration answers; undefined on Azure, where the namespace itself does. */
  busAdminUrl: settings.SERVICEBUS_ADMIN_URL,
  tables: settings.TablesConnection
    ? ({ kind: "connection-string", connectionString: settings.TablesConnection } as const)
    : ({
        kind: "identity",
        place: settings.TablesConnection__endpoint ?? "",
        clientId: settings.TablesConnection__clientId,
      } as const),
  tokens: { issuers: settings.TOKEN_ISSUERS, audiences: settings.TOKEN_AUDIENCES },
  dataKeys: settings.DATA_KEYS,
  vapid,
  /** The same keys by their ids. */
  vapidKeys: vapidKeyIdsOf(vapid),
  pushHosts: { allowed: settings.PUSH_HOSTS_ALLOWED, extra: settings.PUSH_HOSTS_EXTRA },
  pushExtraCa: settings.PUSH_EXTRA_CA,
  credentials: {
    apns: credentialsIn(env, credentialSettings.apns, apnsCredentialFrom),
    fcm: credentialsIn(env, credentialSettings.fcm, fcmCredentialAt(settings.FCM_TOKEN_URL)),
    wns: credentialsIn(env, credentialSettings.wns, wnsCredentialFrom),
  },
  /** The vendors of a laptop; undefined: their own. */
  vendors: {
    apns:
      settings.APNS_URL === undefined
        ? undefined
        : { production: settings.APNS_URL, sandbox: settings.APNS_SANDBOX_URL ?? settings.APNS_URL },
    fcm: settings.FCM_URL,
    wnsTokens: settings.WNS_TOKEN_URL,
  },
  subscriptionDays: settings.SUBSCRIPTION_DAYS,
  subscriptionsPerFeed: settings.SUBSCRIPTIONS_PER_FEED,
  throttle: {
    userWrites: {
      per5Minutes: settings.THROTTLE_USER_WRITES_PER_5_MINUTES,
      perDay: settings.THROTTLE_USER_WRITES_PER_DAY,
    },
    userReads: {
      per5Minutes: settings.THROTTLE_USER_READS_PER_5_MINUTES,
      perDay: settings.THROTTLE_USER_READS_PER_DAY,
    },
    appWritesPerMinute: settings.THROTTLE_APP_WRITES_PER_MINUTE,
  },
  liveWaitSeconds: settings.LIVE_WAIT_SECONDS,
  backlogLimit: settings.BACKLOG_LIMIT,
  telemetry: telemetryOf(settings),
  /** Events are printed for people on a laptop, as JSON anywhere else. */
  isDevelopment: settings.AZURE_FUNCTIONS_ENVIRONMENT === "Development",
  retryPolicy: { baseSeconds: settings.RETRY_BASE_SECONDS, capSeconds: settings.RETRY_CAP_SECONDS },
  /** Messages the host gives us at once. */
  messagesInHand: settings.AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls,
  /** Requests at once to one push origin, at most, of each instance. */
  deliveryConcurrency: settings.DELIVERY_CONCURRENCY,
  /** Of a hundred answers to one credential so many may end subscriptions; more are not believed. */
  pruningShareMax: settings.PRUNING_SHARE_MAX,
});
