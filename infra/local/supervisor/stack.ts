import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { appAudience } from "../identity/permissions.ts";
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
  readonly webpush: { readonly url: string; readonly controlUrl: string; readonly host: string };
};

export type StackBasis = Pick<Stack, "env" | "directory" | "isEphemeral" | "ports" | "secrets">;

/** The user whom the virtual devices belong to. */
export const seededUser = "graphnotify@contoso.com";

/** Everything that follows from ports, secrets and the user's environment. */
export const stackOf = (basis: StackBasis): Stack => {
  const { env, ports, secrets } = basis;
  const at = (name: PortName): string => `127.0.0.1:${ports[name]}`;
  const issuer = `http://${at("identity")}`;
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
    webpush: { url: `https://${at("webpush")}`, controlUrl: `http://${at("webpushControl")}`, host: at("webpush") },
  };
};

/** Microsoft's emulator or a namespace, if the user names one: then ours is not started. */
export const othersServiceBus = (env: Environment): Stack["serviceBus"] | undefined => {
  const theirs = env.SERVICEBUS_CONNECTION;
  const adminUrl = env.SERVICEBUS_ADMIN_URL;
  return theirs ? { connectionString: theirs, ...(adminUrl && { adminUrl }), isOurs: false } : undefined;
};

/** The authority that vouches for the local push service, PEM. It is there once the service is ready. */
export const pushAuthority = ({ directory }: Stack): Promise<string> =>
  readFile(join(directory, "webpush", "ca.pem"), "utf8");

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
    pushHost: stack.webpush.host,
    pushAuthority: await pushAuthority(stack),
  });
  return { defaults, all: withDefaults(stack.env, defaults) };
};
