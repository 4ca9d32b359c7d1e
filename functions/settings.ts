import * as z from "zod";
import { readDataKeys, type DataKey } from "../shared/data-keys.ts";
import { knownPushHosts } from "../shared/subscription/push-hosts.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A comma-separated setting's items. */
export const listOf = (text: string): string[] => text.split(",").flatMap((part) => part.trim() || []);
const list = (wrong: string) =>
  z
    .string({ error: wrong })
    .transform(listOf)
    .refine((items) => items.length > 0, { error: wrong });
const optionalList = z.string().default("").transform(listOf);
const wholeNumber = (standard: number, least: number, most: number) => {
  const wrong = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d+$/, wrong)
    .default(String(standard))
    .transform(Number)
    .refine((n) => n >= least && n <= most, { error: wrong });
};
const flag = z
  .enum(["true", "false"], { error: "must be true or false" })
  .default("false")
  .transform((text) => text === "true");
const isOrigin = (text: string): boolean => text === "*" || (isUrl(text) && new URL(text).origin === text);
const isUrl = (text: string): boolean => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : "");
/** Without padding and in the URL's alphabet: `web-push` takes no other form, and would say so at each push only. */
const isKey = (text: string, bytes: number): boolean =>
  /^[\w-]+$/.test(text) && Buffer.from(text, "base64url").length === bytes;

/** A vendor of one's own, on a laptop. */
const vendorUrl = z
  .string()
  .refine((text) => text === "" || (isUrl(text) && text.startsWith("https:")), { error: "must be an https URL" })
  .transform((text) => (text === "" ? undefined : text))
  .optional();

const keysWrong =
  "must be one or more id:key pairs, comma-separated; each id once, of letters and digits, the key 32 bytes in base64; the first encrypts";
const dataKeys = z.string({ error: keysWrong }).transform((text, context): [DataKey, ...DataKey[]] => {
  const read = readDataKeys(text);
  if (read.kind === "read") return read.keys;
  context.addIssue({ code: "custom", message: `${keysWrong}; ${read.fault}` });
  return z.NEVER;
});

/** What no limit of ours will meet: to set it is to lift the limit. */
const unlimited = 1_000_000_000;

const required = "is required";
const publicKeyWrong = "must be an uncompressed P-256 public key, base64url";
const privateKeyWrong = "must be a P-256 private key, base64url";
const vapidKey = (bytes: number, wrong: string) =>
  z.string({ error: required }).refine((key) => isKey(key, bytes), { error: wrong });
/** Left empty, there is none. */
const previousVapidKey = (bytes: number, wrong: string) =>
  z
    .string()
    .refine((key) => key === "" || isKey(key, bytes), { error: wrong })
    .transform((key) => (key === "" ? undefined : key))
    .optional();
const percentWrong = "must be a number from 0 to 100";
const isDecodable = (text: string): boolean => /^([^%]|%[\da-f]{2})*$/i.test(text);
const publicUrl = "must be the service's public http(s) URL, without query or trailing slash";
/** Every setting of the app, as README's table describes it. Messages say what a value must be, never what it was. */
export const settingsSchema = z.object({
  PUBLIC_URL: z
    .string({ error: required })
    .refine((text) => isUrl(text) && !/[?#]|\/$/.test(text), { error: publicUrl }),
  CORS_ALLOWED_ORIGINS: optionalList.refine((origins) => origins.every(isOrigin), {
    error: "must be origins such as https://app.contoso.com, comma-separated, or *",
  }),
  ALWAYS_201: flag,
  ServiceBusConnection: z
    .string()
    .refine((text) => text === "" || /Endpoint=sb:\/\/[^;]+;.*SharedAccess(Key|Signature)=/i.test(text), {
      error: "must be a Service Bus connection string: Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…",
    })
    .optional(),
  ServiceBusConnection__fullyQualifiedNamespace: z.string().optional(),
  ServiceBusConnection__clientId: z.string().optional(),
  TablesConnection: z
    .string()
    .refine((text) => text === "" || /AccountName=|TableEndpoint=|UseDevelopmentStorage=true/i.test(text), {
      error: "must be a storage connection string: AccountName=…;AccountKey=…;TableEndpoint=…",
    })
    .optional(),
  TablesConnection__endpoint: z.url({ error: "must be the table service's URL" }).optional(),
  TablesConnection__clientId: z.string().optional(),
  TOKEN_ISSUERS: list(required).refine((issuers) => issuers.every(isUrl), {
    error: "must be issuer URLs, comma-separated",
  }),
  TOKEN_AUDIENCES: list(required),
  DATA_KEYS: dataKeys,
  VAPID_PUBLIC_KEY: vapidKey(65, publicKeyWrong),
  VAPID_PRIVATE_KEY: vapidKey(32, privateKeyWrong),
  /** The key that is being retired, or that is to come. Either private key may stand in either setting: `vapid-settings.ts`. */
  VAPID_PREVIOUS_PUBLIC_KEY: previousVapidKey(65, publicKeyWrong),
  VAPID_PREVIOUS_PRIVATE_KEY: previousVapidKey(32, privateKeyWrong),
  VAPID_SUBJECT: z
    .string({ error: required })
    .refine((text) => /^(mailto:.+@.+|https:\/\/.+)$/.test(text) && URL.canParse(text), {
      error: "must be a mailto: address or an https URL",
    }),
  PUSH_HOSTS_ALLOWED: z.string().default(knownPushHosts.join(",")).transform(listOf),
  SUBSCRIPTION_DAYS: wholeNumber(30, 1, 365),
  SUBSCRIPTIONS_PER_FEED: wholeNumber(50, 1, 1_000),
  THROTTLE_USER_WRITES_PER_5_MINUTES: wholeNumber(100, 1, unlimited),
  THROTTLE_USER_WRITES_PER_DAY: wholeNumber(8_000, 1, unlimited),
  THROTTLE_USER_READS_PER_5_MINUTES: wholeNumber(400, 1, unlimited),
  THROTTLE_USER_READS_PER_DAY: wholeNumber(12_000, 1, unlimited),
  THROTTLE_APP_WRITES_PER_MINUTE: wholeNumber(60_000, 1, unlimited),
  // Well below what proxies and platforms on the way allow a request, so that it is us who ends the wait.
  LIVE_WAIT_SECONDS: wholeNumber(20, 0, 60),
  // Three minutes' work at the 500 notifications a second that a Standard namespace carries, a tenth of what the queue's 1 GB holds.
  BACKLOG_LIMIT: wholeNumber(100_000, 1, unlimited),
  RETRY_BASE_SECONDS: wholeNumber(5, 1, 3_600),
  RETRY_CAP_SECONDS: wholeNumber(3_600, 1, 86_400),
  /** The platform's own: it overrides the number in host.json, which is the default here. */
  AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: wholeNumber(32, 1, 10_000),
  DELIVERY_CONCURRENCY: wholeNumber(64, 1, 1_000),
  PRUNING_SHARE_MAX: wholeNumber(10, 1, 100),
  /** Decimals are taken: of a million notifications an hour a tenth of one in a hundred is plenty. */
  TELEMETRY_SAMPLE_PERCENT: z
    .string()
    .regex(/^\d+(\.\d+)?$/, percentWrong)
    .transform(Number)
    .refine((percent) => percent <= 100, { error: percentWrong })
    .optional(),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z
    .string()
    .refine((text) => text === "" || /(^|;)InstrumentationKey=[\da-f-]{36}(;|$)/i.test(text), {
      error: "must be an Application Insights connection string: InstrumentationKey=…;IngestionEndpoint=…",
    })
    .optional(),
  /** The platform's own form: https://learn.microsoft.com/azure/azure-functions/functions-app-settings#applicationinsights_authentication_string */
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: z
    .string()
    .refine((text) => text === "" || /(^|;)Authorization=AAD(;|$)/i.test(text), {
      error: "must be Authorization=AAD, with ClientId=…; before it for a user-assigned identity",
    })
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine((text) => text === "" || isUrl(text), { error: "must be the http(s) URL of an OpenTelemetry collector" })
    .optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .refine((text) => listOf(text).every((pair) => /^[\w-]+=[^,]*$/.test(pair) && isDecodable(pair)), {
      error: "must be name=value pairs, comma-separated, values percent-encoded",
    })
    .optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  /** The platform's own: the function app's name. */
  WEBSITE_SITE_NAME: z.string().optional(),
  AZURE_FUNCTIONS_ENVIRONMENT: z.string().optional(),
  PUSH_HOSTS_EXTRA: optionalList,
  PUSH_EXTRA_CA: z.string().optional(),
  APNS_URL: vendorUrl,
  APNS_SANDBOX_URL: vendorUrl,
  FCM_URL: vendorUrl,
  FCM_TOKEN_URL: vendorUrl,
  WNS_TOKEN_URL: vendorUrl,
  SERVICEBUS_ADMIN_URL: z
    .string()
    .refine((text) => text === "" || isUrl(text), { error: "must be the http(s) URL of an emulator's administration" })
    .transform((text) => (text === "" ? undefined : text))
    .optional(),
});

export type Settings = z.infer<typeof settingsSchema>;
