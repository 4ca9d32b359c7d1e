import type { Secrets } from "../secrets.ts";

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
  /** The local push service: `host:port`, and the authority that vouches for it, PEM. */
  readonly pushHost: string;
  readonly pushAuthority: string;
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
  PUSH_HOSTS_EXTRA: here.pushHost,
  PUSH_EXTRA_CA: here.pushAuthority,
});

type Environment = Readonly<Record<string, string | undefined>>;

/** An environment with these settings where it has none of its own; an empty one counts as none. */
export const withDefaults = (environment: Environment, defaults: Readonly<Record<string, string>>): Environment => ({
  ...environment,
  ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !environment[name])),
});
