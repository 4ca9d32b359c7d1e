import type { Secrets } from "../secrets.ts";
import { credentialSettingsOf, type VendorAccounts } from "../vendor-accounts.ts";

/** Where the parts are that the app is told about. */
export type AppSurroundings = {
  readonly secrets: Pick<Secrets, "vapid" | "dataKey">;
  readonly publicUrl: string;
  readonly issuer: string;
  readonly audience: string;
  readonly serviceBusConnection: string;
  /** Where the emulator's administration answers, if there is one: the app looks at its backlog there. */
  readonly serviceBusAdminUrl?: string;
  readonly tablesConnection: string;
  /** The local push services: `host:port` of each, and the authorities that vouch for them, PEM. */
  readonly pushHosts: readonly string[];
  readonly pushAuthorities: readonly string[];
  readonly vendors: Readonly<Record<"apns" | "fcm" | "wns", string>>;
  readonly vendorAccounts: VendorAccounts;
};

/**
 * The settings under which the app runs on a laptop. They are defaults: what the user's own environment sets, wins
 * (`withDefaults`). The push host and its authority are exceptions the app accepts nowhere but here; see its configuration.
 */
export const appEnvironment = (here: AppSurroundings): Record<string, string> => ({
  AZURE_FUNCTIONS_ENVIRONMENT: "Development",
  PUBLIC_URL: here.publicUrl,
  ServiceBusConnection: here.serviceBusConnection,
  ...(here.serviceBusAdminUrl !== undefined && { SERVICEBUS_ADMIN_URL: here.serviceBusAdminUrl }),
  TablesConnection: here.tablesConnection,
  TOKEN_ISSUERS: here.issuer,
  TOKEN_AUDIENCES: here.audience,
  VAPID_PUBLIC_KEY: here.secrets.vapid.publicKey,
  VAPID_PRIVATE_KEY: here.secrets.vapid.privateKey,
  VAPID_SUBJECT: "mailto:operator@fanfare.example",
  DATA_KEYS: here.secrets.dataKey,
  PUSH_HOSTS_EXTRA: here.pushHosts.join(","),
  PUSH_EXTRA_CA: here.pushAuthorities.join(""),
  APNS_URL: here.vendors.apns,
  // The same service by another name, by which it knows that the sandbox is meant.
  APNS_SANDBOX_URL: here.vendors.apns.replace("127.0.0.1", "localhost"),
  FCM_URL: here.vendors.fcm,
  FCM_TOKEN_URL: `${here.vendors.fcm}/token`,
  WNS_TOKEN_URL: `${here.vendors.wns}/oauth2/v2.0/token`,
  ...credentialSettingsOf(here.vendorAccounts, `${here.vendors.fcm}/token`),
});

type Environment = Readonly<Record<string, string | undefined>>;

/** An environment with these settings where it has none of its own; an empty one counts as none. */
export const withDefaults = (environment: Environment, defaults: Readonly<Record<string, string>>): Environment => ({
  ...environment,
  ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !environment[name])),
});
