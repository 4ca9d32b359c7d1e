import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { readConfig } from "../../../functions/config.ts";
import { knownPushHosts } from "../../../shared/subscription/push-hosts.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import { azure, dataKey, laptop, publicKey } from "./environments.ts";

const noCredentials = { count: 0, faults: [], of: expect.any(Function) as unknown };

test("on Azure, identities stand for keys and every other setting has its default", () => {
  expect(readConfig(azure)).toEqual({
    publicUrl: "https://notify.contoso.com",
    corsAllowedOrigins: [],
    always201: false,
    bus: { kind: "identity", place: "contoso.servicebus.windows.net", clientId: undefined },
    tables: { kind: "identity", place: "https://contoso.table.core.windows.net", clientId: undefined },
    tokens: {
      issuers: ["https://login.microsoftonline.com/tenant/v2.0", "https://sts.windows.net/tenant/"],
      audiences: ["api://fanfare"],
    },
    dataKeys: [{ id: "k1", key: dataKey }],
    vapid: { publicKey, privateKey: azure.VAPID_PRIVATE_KEY, subject: "mailto:operator@contoso.com" },
    vapidKeys: { current: vapidKeyIdOf(publicKey), previous: undefined },
    pushHosts: { allowed: knownPushHosts, extra: [] },
    pushExtraCa: undefined,
    busAdminUrl: undefined,
    credentials: { apns: noCredentials, fcm: noCredentials, wns: noCredentials },
    vendors: { apns: undefined, fcm: undefined, wnsTokens: undefined },
    subscriptionDays: 30,
    subscriptionsPerFeed: 50,
    throttle: {
      userWrites: { per5Minutes: 100, perDay: 8_000 },
      userReads: { per5Minutes: 400, perDay: 12_000 },
      appWritesPerMinute: 60_000,
    },
    liveWaitSeconds: 20,
    backlogLimit: 100_000,
    telemetry: { samplePercent: 1, serviceName: "fanfare", azureMonitor: undefined, otlp: undefined },
    isDevelopment: false,
    retryPolicy: { baseSeconds: 5, capSeconds: 3_600 },
    messagesInHand: 32,
    deliveryConcurrency: 64,
    pruningShareMax: 10,
  });
});

test("a laptop knows that it is one, and tells all traces", () => {
  const { isDevelopment, telemetry } = readConfig(laptop);
  expect(isDevelopment).toBe(true);
  expect(telemetry.samplePercent).toBe(100);
});

test("where telemetry goes is taken, with whatever opens the door there", () => {
  const insights = "InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=https://x.example/";
  const { telemetry } = readConfig({
    ...azure,
    WEBSITE_SITE_NAME: "contoso-notify",
    TELEMETRY_SAMPLE_PERCENT: "0.5",
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "ClientId=an-id;Authorization=AAD",
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.contoso.com/otlp/",
    OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%3Db, x-team=one=two",
  });
  expect(telemetry).toEqual({
    samplePercent: 0.5,
    serviceName: "contoso-notify",
    azureMonitor: { connectionString: insights, identity: { clientId: "an-id" } },
    otlp: { endpoint: "https://collector.contoso.com/otlp", headers: { "api-key": "a=b", "x-team": "one=two" } },
  });
});

test("what is set is taken", () => {
  const config = readConfig({
    ...azure,
    ServiceBusConnection: "Endpoint=sb://x;SharedAccessKeyName=k;SharedAccessKey=s",
    TablesConnection: "DefaultEndpointsProtocol=https;AccountName=x",
    CORS_ALLOWED_ORIGINS: "https://a.example, https://b.example",
    ALWAYS_201: "true",
    PUSH_HOSTS_ALLOWED: "push.example",
    SUBSCRIPTION_DAYS: "7",
    SUBSCRIPTIONS_PER_FEED: "5",
    THROTTLE_USER_WRITES_PER_5_MINUTES: "1",
    THROTTLE_USER_WRITES_PER_DAY: "2",
    THROTTLE_USER_READS_PER_5_MINUTES: "3",
    THROTTLE_USER_READS_PER_DAY: "4",
    THROTTLE_APP_WRITES_PER_MINUTE: "1000000000",
    LIVE_WAIT_SECONDS: "0",
    BACKLOG_LIMIT: "6",
    RETRY_BASE_SECONDS: "1",
    RETRY_CAP_SECONDS: "60",
    DELIVERY_CONCURRENCY: "8",
    PRUNING_SHARE_MAX: "100",
  });
  expect(config).toMatchObject({
    bus: { kind: "connection-string", connectionString: "Endpoint=sb://x;SharedAccessKeyName=k;SharedAccessKey=s" },
    tables: { kind: "connection-string" },
    corsAllowedOrigins: ["https://a.example", "https://b.example"],
    always201: true,
    pushHosts: { allowed: ["push.example"] },
    subscriptionDays: 7,
    subscriptionsPerFeed: 5,
    throttle: {
      userWrites: { per5Minutes: 1, perDay: 2 },
      userReads: { per5Minutes: 3, perDay: 4 },
      appWritesPerMinute: 1_000_000_000,
    },
    liveWaitSeconds: 0,
    backlogLimit: 6,
    retryPolicy: { baseSeconds: 1, capSeconds: 60 },
    deliveryConcurrency: 8,
    pruningShareMax: 100,
  });
});

test("several data keys are taken in their order: the first encrypts", () => {
  const older = randomBytes(32);
  const pairs = `k2:${dataKey.toString("base64")}, k1:${older.toString("base64url")}`;
  expect(readConfig({ ...azure, DATA_KEYS: pairs }).dataKeys).toEqual([
    { id: "k2", key: dataKey },
    { id: "k1", key: older },
  ]);
});
