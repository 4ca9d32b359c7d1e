import { createECDH, randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError, readConfig } from "../../../functions/config.ts";
import { knownPushHosts } from "../../../shared/subscription/push-hosts.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";

type Environment = Record<string, string | undefined>;

const pair = createECDH("prime256v1");
pair.generateKeys();
const publicKey = pair.getPublicKey("base64url");
const privateKey = Buffer.alloc(32);
pair.getPrivateKey().copy(privateKey, 32 - pair.getPrivateKey().length);
const dataKey = randomBytes(32);

const azure: Environment = {
  PUBLIC_URL: "https://notify.contoso.com",
  ServiceBusConnection__fullyQualifiedNamespace: "contoso.servicebus.windows.net",
  TablesConnection__endpoint: "https://contoso.table.core.windows.net",
  TOKEN_ISSUERS: "https://login.microsoftonline.com/tenant/v2.0, https://sts.windows.net/tenant/",
  TOKEN_AUDIENCES: "api://fanfare",
  DATA_KEYS: `k1:${dataKey.toString("base64")}`,
  VAPID_PUBLIC_KEY: publicKey,
  VAPID_PRIVATE_KEY: privateKey.toString("base64url"),
  VAPID_SUBJECT: "mailto:operator@contoso.com",
  WEBSITE_INSTANCE_ID: "instance",
};
const laptop: Environment = {
  ...azure,
  WEBSITE_INSTANCE_ID: undefined,
  WEBSITE_HOSTNAME: "localhost:7071", // Core Tools sets it
  AZURE_FUNCTIONS_ENVIRONMENT: "Development",
  PUBLIC_URL: "http://127.0.0.1:7071",
};

const faultsOf = (env: Environment): string[] => {
  try {
    readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.slice("  - ".length));
  }
  return [];
};

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

test.each([
  ["TELEMETRY_SAMPLE_PERCENT", "101"],
  ["TELEMETRY_SAMPLE_PERCENT", "-1"],
  ["TELEMETRY_SAMPLE_PERCENT", "5%"],
  ["APPLICATIONINSIGHTS_CONNECTION_STRING", "the-secret"],
  ["APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "the-secret"],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "the-secret:4318"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "the-secret"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "api-key=the-secret%"],
])("a faulty %s is named, and not repeated", (name, value) => {
  const faults = faultsOf({ ...azure, [name]: value });
  expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name} must be `))]);
  expect(faults.join()).not.toContain("the-secret");
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

test("an emulator's administration is where a laptop says; left empty, there is none", () => {
  expect(readConfig({ ...laptop, SERVICEBUS_ADMIN_URL: "http://127.0.0.1:5300" }).busAdminUrl).toBe(
    "http://127.0.0.1:5300",
  );
  expect(readConfig({ ...laptop, SERVICEBUS_ADMIN_URL: "" }).busAdminUrl).toBeUndefined();
  expect(faultsOf({ ...laptop, SERVICEBUS_ADMIN_URL: "5300" })).toEqual([
    expect.stringMatching(/^SERVICEBUS_ADMIN_URL must be/),
  ]);
});

test("several data keys are taken in their order: the first encrypts", () => {
  const older = randomBytes(32);
  const pairs = `k2:${dataKey.toString("base64")}, k1:${older.toString("base64url")}`;
  expect(readConfig({ ...azure, DATA_KEYS: pairs }).dataKeys).toEqual([
    { id: "k2", key: dataKey },
    { id: "k1", key: older },
  ]);
});

test("every fault is told at once, by the setting's name", () => {
  expect(faultsOf({})).toEqual([
    "PUBLIC_URL is required",
    "TOKEN_ISSUERS is required",
    "TOKEN_AUDIENCES is required",
    expect.stringMatching(/^DATA_KEYS must be/),
    "VAPID_PUBLIC_KEY is required",
    "VAPID_PRIVATE_KEY is required",
    "VAPID_SUBJECT is required",
    "ServiceBusConnection or ServiceBusConnection__fullyQualifiedNamespace is required",
    "TablesConnection or TablesConnection__endpoint is required",
  ]);
  expect(() => readConfig({})).toThrow(/^Fanfare cannot start\. Mend these settings:\n {2}- PUBLIC_URL is required\n/);
});

const other = createECDH("prime256v1");
other.generateKeys();
const key32 = randomBytes(32).toString("base64");
test.each<[string, string]>([
  ["PUBLIC_URL", "https://notify.contoso.com/"],
  ["PUBLIC_URL", "notify.contoso.com"],
  ["PUBLIC_URL", "ftp://notify.contoso.com"],
  ["PUBLIC_URL", "https://notify.contoso.com?x"],
  ["ALWAYS_201", "yes"],
  ["CORS_ALLOWED_ORIGINS", "https://a.example,contoso"],
  ["CORS_ALLOWED_ORIGINS", "https://a.example/app"],
  ["ServiceBusConnection", "nonsense"],
  ["ServiceBusConnection", "Endpoint=sb://contoso.servicebus.windows.net/"],
  ["TablesConnection", "nonsense"],
  ["TablesConnection__endpoint", "contoso"],
  ["TOKEN_ISSUERS", ""],
  ["TOKEN_ISSUERS", "https://issuer.example,contoso"],
  ["TOKEN_AUDIENCES", " , "],
  ["DATA_KEYS", ""],
  ["DATA_KEYS", key32],
  ["DATA_KEYS", `k1:${randomBytes(31).toString("base64")}`],
  ["DATA_KEYS", `k1:${key32},k2`],
  ["DATA_KEYS", `k.1:${key32}`],
  ["DATA_KEYS", `k1:${key32},k1:${randomBytes(32).toString("base64")}`],
  ["VAPID_PUBLIC_KEY", "x"],
  ["VAPID_PUBLIC_KEY", randomBytes(65).toString("base64url")],
  ["VAPID_PUBLIC_KEY", `${publicKey}=`],
  ["VAPID_PUBLIC_KEY", other.getPublicKey("base64url")],
  ["VAPID_PRIVATE_KEY", "x"],
  ["VAPID_PRIVATE_KEY", Buffer.alloc(32).toString("base64url")],
  ["VAPID_PRIVATE_KEY", `${privateKey.toString("base64url")}=`],
  ["VAPID_SUBJECT", "operator@contoso.com"],
  ["VAPID_SUBJECT", "mailto:operator"],
  ["VAPID_SUBJECT", "https://"],
  ["VAPID_SUBJECT", "https://operator contoso"],
  ["VAPID_SUBJECT", "http://contoso.com"],
  ["SUBSCRIPTION_DAYS", "0"],
  ["SUBSCRIPTION_DAYS", "366"],
  ["SUBSCRIPTION_DAYS", "1.5"],
  ["SUBSCRIPTION_DAYS", ""],
  ["SUBSCRIPTIONS_PER_FEED", "0"],
  ["THROTTLE_USER_WRITES_PER_5_MINUTES", "0"],
  ["THROTTLE_USER_WRITES_PER_DAY", "0.5"],
  ["THROTTLE_USER_READS_PER_5_MINUTES", "1e3"],
  ["THROTTLE_USER_READS_PER_DAY", "1000000001"],
  ["THROTTLE_APP_WRITES_PER_MINUTE", "0"],
  ["LIVE_WAIT_SECONDS", "61"],
  ["BACKLOG_LIMIT", "none"],
  ["RETRY_BASE_SECONDS", "-1"],
  ["RETRY_CAP_SECONDS", "86401"],
  ["DELIVERY_CONCURRENCY", "0"],
  ["DELIVERY_CONCURRENCY", "1001"],
  ["PRUNING_SHARE_MAX", "0"],
  ["PRUNING_SHARE_MAX", "101"],
])("%s=%j is told by the one name of the setting, never by its value", (name, value) => {
  const faults = faultsOf({ ...azure, [name]: value });
  expect(faults).toHaveLength(1);
  expect(faults[0]?.startsWith(`${name} `)).toBe(true);
  if (value.length > 3) expect(faults[0]).not.toContain(value);
});

test("a pair of VAPID keys that do not belong together is a fault: every push would be refused", () => {
  for (const publicKeyOfAnother of [other.getPublicKey("base64url"), randomBytes(65).toString("base64url")]) {
    expect(faultsOf({ ...azure, VAPID_PUBLIC_KEY: publicKeyOfAnother })).toEqual([
      "VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY are not of one pair",
    ]);
  }
});

const previous = {
  VAPID_PREVIOUS_PUBLIC_KEY: other.getPublicKey("base64url"),
  VAPID_PREVIOUS_PRIVATE_KEY: Buffer.concat([Buffer.alloc(32), other.getPrivateKey()])
    .subarray(-32)
    .toString("base64url"),
};

test("the pair of VAPID keys that is being retired is taken beside the current one; left empty, there is none", () => {
  const { vapid, vapidKeys } = readConfig({ ...azure, ...previous });
  const pair = { publicKey: previous.VAPID_PREVIOUS_PUBLIC_KEY, privateKey: previous.VAPID_PREVIOUS_PRIVATE_KEY };
  expect(vapid).toMatchObject({ publicKey, previous: pair });
  expect(vapidKeys).toEqual({ current: vapidKeyIdOf(publicKey), previous: vapidKeyIdOf(pair.publicKey) });
  const none = { ...azure, VAPID_PREVIOUS_PUBLIC_KEY: "", VAPID_PREVIOUS_PRIVATE_KEY: "" };
  expect(readConfig(none).vapid).toEqual(readConfig(azure).vapid);
});

test.each<[string, Environment, string]>([
  ["half a pair", { VAPID_PREVIOUS_PRIVATE_KEY: "" }, "are required both, or neither"],
  ["the other half", { VAPID_PREVIOUS_PUBLIC_KEY: undefined }, "are required both, or neither"],
  ["no key", { VAPID_PREVIOUS_PUBLIC_KEY: "x" }, "must be an uncompressed P-256 public key"],
  ["no private key", { VAPID_PREVIOUS_PRIVATE_KEY: "x" }, "must be a P-256 private key"],
  ["a private key of nought", { VAPID_PREVIOUS_PRIVATE_KEY: Buffer.alloc(32).toString("base64url") }, "is not a P-256"],
  ["another's private key", { VAPID_PREVIOUS_PRIVATE_KEY: privateKey.toString("base64url") }, "are not of one pair"],
  [
    "the current pair once more",
    { VAPID_PREVIOUS_PUBLIC_KEY: publicKey, VAPID_PREVIOUS_PRIVATE_KEY: privateKey.toString("base64url") },
    "must not be the current key",
  ],
])("of a retired pair of VAPID keys, %s is told at start, beside what else is wrong", (_, changes, sentence) => {
  expect(faultsOf({ ...azure, ...previous, ...changes })).toEqual([expect.stringContaining(sentence)]);
  const swapped = { ...azure, ...previous, ...changes, VAPID_PUBLIC_KEY: previous.VAPID_PREVIOUS_PUBLIC_KEY };
  expect(faultsOf({ ...swapped, PUBLIC_URL: "x" })).toContainEqual(expect.stringContaining("PUBLIC_URL"));
  expect(faultsOf({ ...azure, ...previous, ...changes })[0]).toMatch(/^VAPID_PREVIOUS_/);
});

const onlyHere: readonly [string, Environment][] = [
  ["PUSH_HOSTS_EXTRA", { PUSH_HOSTS_EXTRA: "127.0.0.1:7073" }],
  ["SERVICEBUS_ADMIN_URL", { SERVICEBUS_ADMIN_URL: "http://127.0.0.1:5300" }],
  ["PUSH_EXTRA_CA", { PUSH_EXTRA_CA: "-----BEGIN CERTIFICATE-----" }],
  ["TOKEN_ISSUERS", { TOKEN_ISSUERS: "https://issuer.example,http://127.0.0.1:7072" }],
  [
    "ServiceBusConnection",
    { ServiceBusConnection: "Endpoint=sb://127.0.0.1;SharedAccessKey=s;UseDevelopmentEmulator=true" },
  ],
  ["TablesConnection", { TablesConnection: "TableEndpoint=http://127.0.0.1:10002/devstoreaccount1" }],
  ["TablesConnection", { TablesConnection: "UseDevelopmentStorage=true" }],
  ["TablesConnection", { TablesConnection: "DefaultEndpointsProtocol=http;AccountName=contoso;AccountKey=eA==" }],
  ["TablesConnection", { TablesConnection__endpoint: "http://127.0.0.1:10002/devstoreaccount1" }],
];

test.each(onlyHere)("on a laptop %s is taken: %j", (_, changes) => {
  expect(faultsOf({ ...laptop, ...changes })).toEqual([]);
});

const missingSigns: readonly [string, Environment, RegExp][] = [
  [
    "another environment",
    { AZURE_FUNCTIONS_ENVIRONMENT: "Production" },
    /AZURE_FUNCTIONS_ENVIRONMENT is not Development/,
  ],
  ["no environment", { AZURE_FUNCTIONS_ENVIRONMENT: undefined }, /AZURE_FUNCTIONS_ENVIRONMENT is not Development/],
  ["a public URL elsewhere", { PUBLIC_URL: "https://notify.contoso.com" }, /PUBLIC_URL is not loopback/],
  ["a public URL that looks local", { PUBLIC_URL: "https://127.0.0.1.example" }, /PUBLIC_URL is not loopback/],
  ...["WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "WEBSITE_POD_NAME", "IDENTITY_ENDPOINT"].map(
    (name): [string, Environment, RegExp] => [name, { [name]: "x" }, new RegExp(`${name} is set, as on Azure`)],
  ),
];

test.each(missingSigns)("with %s, everything that only a laptop may do is refused", (_, signs, why) => {
  for (const [name, changes] of onlyHere) {
    const faults = faultsOf({ ...laptop, ...changes, ...signs }).filter((fault) => fault.startsWith(name));
    expect(faults).toEqual([expect.stringMatching(/local development only/)]);
    expect(faults[0]).toMatch(why);
  }
});

test("plain http in public is refused wherever one sign of a laptop is missing", () => {
  expect(faultsOf({ ...azure, PUBLIC_URL: "http://notify.contoso.com" })).toEqual([
    expect.stringMatching(/^PUBLIC_URL: plain http is for local development only, and /),
  ]);
  expect(faultsOf({ ...laptop, WEBSITE_SITE_NAME: "x" })).toEqual([
    expect.stringMatching(/^PUBLIC_URL: plain http is for local development only, and WEBSITE_SITE_NAME is set/),
  ]);
});

test("no value of any setting is ever told", () => {
  const secret = "s3cr3t-4711";
  const values = fc.constantFrom(
    undefined,
    secret,
    `http://${secret}`,
    `https://${secret}/?x`,
    `k1:${secret}`,
    `mailto:${secret}`,
    `Endpoint=sb://${secret};UseDevelopmentEmulator=true`,
    `TableEndpoint=http://${secret}`,
  );
  const names = [
    ...Object.keys({ ...azure, ...laptop }),
    ...onlyHere.map(([name]) => name),
    "ALWAYS_201",
    "BACKLOG_LIMIT",
    ...Object.keys(previous),
  ];
  const more = [
    "SUBSCRIPTION_DAYS",
    "RETRY_CAP_SECONDS",
    "ServiceBusConnection",
    "TablesConnection",
    "IDENTITY_ENDPOINT",
  ];
  const environments = fc.record(Object.fromEntries([...names, ...more].map((name) => [name, values])));
  fc.assert(
    fc.property(environments, (env) => {
      expect(faultsOf(env).join()).not.toContain(secret);
    }),
  );
});
