import { z } from "zod";
import type { DataKey } from "../shared/data-keys.ts";
import { knownPushHosts } from "../shared/subscription/push-hosts.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The app refuses to start: the message names every faulty setting and what it must be, and never a value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(faults: readonly string[]) {
    super(`Fanfare cannot start. Mend these settings:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
  }
}

const listOf = (text: string): string[] => text.split(",").flatMap((part) => part.trim() || []);
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
const isUrl = (text: string): boolean => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : "");
const bytesIn = (text: string): number => Buffer.from(text, "base64url").length;

const keysWrong =
  "must be one or more id:key pairs, comma-separated; the id letters and digits, the key 32 bytes in base64; the first encrypts";
const dataKeys = list(keysWrong).transform((pairs, context): [DataKey, ...DataKey[]] => {
  const keys = pairs.flatMap((pair) => {
    const [, id, text = ""] = /^(\w+):(.+)$/.exec(pair) ?? [];
    const key = Buffer.from(text, "base64");
    return id !== undefined && key.length === 32 ? { id, key } : [];
  });
  const [first, ...rest] = keys;
  if (first && keys.length === pairs.length) return [first, ...rest];
  context.addIssue({ code: "custom", message: keysWrong });
  return z.NEVER;
});

const required = "is required";
const publicUrl = "must be the service's public http(s) URL, without query or trailing slash";
const schema = z.object({
  PUBLIC_URL: z
    .string({ error: required })
    .refine((text) => isUrl(text) && !/[?#]|\/$/.test(text), { error: publicUrl }),
  CORS_ALLOWED_ORIGINS: optionalList,
  ALWAYS_201: flag,
  ServiceBusConnection: z.string().optional(),
  ServiceBusConnection__fullyQualifiedNamespace: z.string().optional(),
  ServiceBusConnection__clientId: z.string().optional(),
  TablesConnection: z.string().optional(),
  TablesConnection__endpoint: z.url({ error: "must be the table service's URL" }).optional(),
  TablesConnection__clientId: z.string().optional(),
  TOKEN_ISSUERS: list(required).refine((issuers) => issuers.every(isUrl), {
    error: "must be issuer URLs, comma-separated",
  }),
  TOKEN_AUDIENCES: list(required),
  DATA_KEYS: dataKeys,
  VAPID_PUBLIC_KEY: z
    .string({ error: required })
    .refine((key) => bytesIn(key) === 65, { error: "must be an uncompressed P-256 public key, base64url" }),
  VAPID_PRIVATE_KEY: z
    .string({ error: required })
    .refine((key) => bytesIn(key) === 32, { error: "must be a P-256 private key, base64url" }),
  VAPID_SUBJECT: z
    .string({ error: required })
    .regex(/^(mailto:.+@.+|https:\/\/.+)$/, "must be a mailto: address or an https URL"),
  PUSH_HOSTS_ALLOWED: z.string().default(knownPushHosts.join(",")).transform(listOf),
  SUBSCRIPTION_DAYS: wholeNumber(30, 1, 365),
  RETRY_BASE_SECONDS: wholeNumber(5, 1, 3_600),
  RETRY_CAP_SECONDS: wholeNumber(3_600, 1, 86_400),
  AZURE_FUNCTIONS_ENVIRONMENT: z.string().optional(),
  PUSH_HOSTS_EXTRA: optionalList,
  PUSH_EXTRA_CA: z.string().optional(),
});

type Settings = z.infer<typeof schema>;
export type Config = ReturnType<typeof configFrom>;

/**
 * Reads the whole configuration, once. Throws `ConfigError` with every fault, those included that only a laptop may commit
 * (plain http, a push host of one's own) found anywhere else. README's settings table says what each setting means.
 */
export const readConfig = (env: Environment): Config => {
  const parsed = schema.safeParse(env);
  const faults = parsed.error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];
  faults.push(...connectionFaults(env), ...laptopFaults(env));
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return configFrom(parsed.data);
};

const connectionFaults = (env: Environment): string[] => [
  ...(env.ServiceBusConnection || env.ServiceBusConnection__fullyQualifiedNamespace
    ? []
    : ["ServiceBusConnection or ServiceBusConnection__fullyQualifiedNamespace is required"]),
  ...(env.TablesConnection || env.TablesConnection__endpoint
    ? []
    : ["TablesConnection or TablesConnection__endpoint is required"]),
];

const isLoopback = (url: string | undefined): boolean =>
  url !== undefined && URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);

/** Azure sets these on every instance; Core Tools on a laptop sets only WEBSITE_HOSTNAME. */
const azureMarks = ["WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "WEBSITE_POD_NAME", "IDENTITY_ENDPOINT"];

/** What must not leave a laptop is taken only where three independent signs say that this is one. */
const laptopFaults = (env: Environment): string[] => {
  const mark = azureMarks.find((name) => env[name]);
  const missing = [
    ...(env.AZURE_FUNCTIONS_ENVIRONMENT === "Development" ? [] : ["AZURE_FUNCTIONS_ENVIRONMENT is not Development"]),
    ...(isLoopback(env.PUBLIC_URL) ? [] : ["PUBLIC_URL is not loopback"]),
    ...(mark === undefined ? [] : [`${mark} is set, as on Azure`]),
  ];
  if (missing.length === 0) return [];
  const only = `is for local development only, and ${missing.join(" and ")}`;
  return [
    ...(env.PUSH_HOSTS_EXTRA ? [`PUSH_HOSTS_EXTRA ${only}`] : []),
    ...(env.PUSH_EXTRA_CA ? [`PUSH_EXTRA_CA ${only}`] : []),
    ...(listOf(env.TOKEN_ISSUERS ?? "").some((issuer) => /^http:/i.test(issuer))
      ? [`TOKEN_ISSUERS: an http issuer ${only}`]
      : []),
    ...(/^http:/i.test(env.PUBLIC_URL ?? "") ? [`PUBLIC_URL: plain http ${only}`] : []),
    ...(/UseDevelopmentEmulator=true/i.test(env.ServiceBusConnection ?? "")
      ? [`ServiceBusConnection: an emulator ${only}`]
      : []),
    ...(/http:\/\//i.test(`${env.TablesConnection ?? ""} ${env.TablesConnection__endpoint ?? ""}`)
      ? [`TablesConnection: plain http ${only}`]
      : []),
  ];
};

const configFrom = (settings: Settings) => ({
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
  tables: settings.TablesConnection
    ? ({ kind: "connection-string", connectionString: settings.TablesConnection } as const)
    : ({
        kind: "identity",
        place: settings.TablesConnection__endpoint ?? "",
        clientId: settings.TablesConnection__clientId,
      } as const),
  tokens: { issuers: settings.TOKEN_ISSUERS, audiences: settings.TOKEN_AUDIENCES },
  dataKeys: settings.DATA_KEYS,
  vapid: {
    publicKey: settings.VAPID_PUBLIC_KEY,
    privateKey: settings.VAPID_PRIVATE_KEY,
    subject: settings.VAPID_SUBJECT,
  },
  pushHosts: { allowed: settings.PUSH_HOSTS_ALLOWED, extra: settings.PUSH_HOSTS_EXTRA },
  pushExtraCa: settings.PUSH_EXTRA_CA,
  subscriptionDays: settings.SUBSCRIPTION_DAYS,
  /** Events are printed for people on a laptop, as JSON anywhere else. */
  isDevelopment: settings.AZURE_FUNCTIONS_ENVIRONMENT === "Development",
  retryPolicy: { baseSeconds: settings.RETRY_BASE_SECONDS, capSeconds: settings.RETRY_CAP_SECONDS },
});
