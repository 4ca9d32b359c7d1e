import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readConfig } from "../../../functions/config.ts";
import { azure, faultsOf, laptop, laptopOnly, otherPair, retiredPair, privateKey, publicKey } from "./environments.ts";

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
  ["DATA_KEYS", `,k2:${key32}`],
  ["DATA_KEYS", `k2:${key32},`],
  ["DATA_KEYS", `k.1:${key32}`],
  ["DATA_KEYS", `k1:${key32},k1:${randomBytes(32).toString("base64")}`],
  ["VAPID_PUBLIC_KEY", "x"],
  ["VAPID_PUBLIC_KEY", randomBytes(65).toString("base64url")],
  ["VAPID_PUBLIC_KEY", `${publicKey}=`],
  ["VAPID_PUBLIC_KEY", otherPair.getPublicKey("base64url")],
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
    ...laptopOnly.map(([name]) => name),
    "ALWAYS_201",
    "BACKLOG_LIMIT",
    ...Object.keys(retiredPair),
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
