import { createECDH, randomBytes } from "node:crypto";
import { ConfigError, readConfig } from "../../../functions/config.ts";

export type Environment = Record<string, string | undefined>;

const pair = createECDH("prime256v1");
pair.generateKeys();
export const publicKey = pair.getPublicKey("base64url");
export const privateKey = Buffer.alloc(32);
pair.getPrivateKey().copy(privateKey, 32 - pair.getPrivateKey().length);
export const dataKey = randomBytes(32);

/** What is set on Azure, at least. */
export const azure: Environment = {
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
/** Likewise on a laptop. */
export const laptop: Environment = {
  ...azure,
  WEBSITE_INSTANCE_ID: undefined,
  WEBSITE_HOSTNAME: "localhost:7071", // Core Tools sets it
  AZURE_FUNCTIONS_ENVIRONMENT: "Development",
  PUBLIC_URL: "http://127.0.0.1:7071",
};

/** What the app says of these settings when it refuses to start, a line each; nothing if it starts. */
export const faultsOf = (env: Environment): string[] => {
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

/** A pair of keys that is not the one set. */
export const otherPair = createECDH("prime256v1");
otherPair.generateKeys();

/** The settings of a pair of VAPID keys that is being retired. */
export const retiredPair = {
  VAPID_PREVIOUS_PUBLIC_KEY: otherPair.getPublicKey("base64url"),
  VAPID_PREVIOUS_PRIVATE_KEY: Buffer.concat([Buffer.alloc(32), otherPair.getPrivateKey()])
    .subarray(-32)
    .toString("base64url"),
};

/** Each setting that only a laptop may have, or have so. */
export const laptopOnly: readonly [string, Environment][] = [
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
