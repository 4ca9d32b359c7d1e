import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { appAudience } from "../identity/permissions.ts";
import { vendorAccountsIn } from "../vendor-accounts.ts";
import type { Secrets } from "../secrets.ts";
import { connectionString } from "../service-bus/connection-string.ts";
import type { PortName } from "../settings.ts";
import { tablesConnectionString } from "../tables/connection.ts";
import { appEnvironment, withDefaults } from "./app-environment.ts";
import type { Ports } from "./choose-ports.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** One local stack: where each part is, and what else its parts, its file and its summary are made of. */
export type Stack = {
  readonly env: Environment;
  /** The parts' state; the user's data directory, or a temporary one. */
  readonly directory: string;
  readonly isEphemeral: boolean;
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly httpUrl: string;
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly audience: string;
  readonly tables: { readonly connectionString: string };
  readonly serviceBus: { readonly connectionString: string; readonly adminUrl?: string; readonly isOurs: boolean };
} & Readonly<Record<PushServiceName, { readonly url: string; readonly controlUrl: string; readonly host: string }>>;

/** The push services, by their names in stack.json and the folders that keep their state. */
const pushServiceNames = ["webpush", "apns", "fcm", "wns"] as const;
export type PushServiceName = (typeof pushServiceNames)[number];

export type StackBasis = Pick<Stack, "env" | "directory" | "isEphemeral" | "ports" | "secrets">;

/** Everything that follows from ports, secrets and the user's environment. */
export const stackOf = (basis: StackBasis): Stack => {
  const { env, ports, secrets } = basis;
  const at = (name: PortName): string => `127.0.0.1:${ports[name]}`;
  const issuer = `http://${at("identity")}`;
  const pushService = (name: PushServiceName) => ({
    url: `https://${at(name)}`,
    controlUrl: `http://${at(`${name}Control`)}`,
    host: at(name),
  });
  return {
    ...basis,
    httpUrl: `http://${at("http")}`,
    issuer,
    tokenUrl: `${issuer}/oauth2/v2.0/token`,
    audience: appAudience,
    tables: { connectionString: tablesConnectionString(ports.tables, secrets.tablesKey) },
    serviceBus: othersServiceBus(env) ?? {
      connectionString: connectionString(ports.serviceBus, secrets.serviceBusKey),
      adminUrl: `http://${at("serviceBusAdmin")}`,
      isOurs: true,
    },
    webpush: pushService("webpush"),
    apns: pushService("apns"),
    fcm: pushService("fcm"),
    wns: pushService("wns"),
  };
};

/** Microsoft's emulator or a namespace, if the user names one: then ours is not started. */
export const othersServiceBus = (env: Environment): Stack["serviceBus"] | undefined => {
  const theirs = env.SERVICEBUS_CONNECTION;
  const adminUrl = env.SERVICEBUS_ADMIN_URL;
  return theirs ? { connectionString: theirs, ...(adminUrl && { adminUrl }), isOurs: false } : undefined;
};

/** The authority that vouches for a local push service, PEM. It is there once the service is ready. */
export const pushAuthority = ({ directory }: Stack, name: PushServiceName): Promise<string> =>
  readFile(join(directory, name, "ca.pem"), "utf8");

/** The settings the app runs under here: the user's own, and ours where they have none. */
export const appSettings = async (stack: Stack): Promise<{ defaults: Record<string, string>; all: Environment }> => {
  const defaults = appEnvironment({
    secrets: stack.secrets,
    publicUrl: stack.httpUrl,
    issuer: stack.issuer,
    audience: stack.audience,
    serviceBusConnection: stack.serviceBus.connectionString,
    ...(stack.serviceBus.adminUrl !== undefined && { serviceBusAdminUrl: stack.serviceBus.adminUrl }),
    tablesConnection: stack.tables.connectionString,
    pushHosts: pushServiceNames.map((name) => stack[name].host),
    pushAuthorities: await Promise.all(pushServiceNames.map((name) => pushAuthority(stack, name))),
    vendors: { apns: stack.apns.url, fcm: stack.fcm.url, wns: stack.wns.url },
    vendorAccounts: await vendorAccountsIn(stack.directory),
  });
  return { defaults, all: withDefaults(stack.env, defaults) };
};
