import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TokenCredential } from "@azure/identity";
import type { ServiceBusClient } from "@azure/service-bus";
import { z } from "zod";
import { openBus, type BusAccess } from "../../shared/fanout/fanout.bus.ts";
import { openTables, type TablesAccess } from "../../shared/storage/azure.table.ts";
import type { Tables } from "../../shared/storage/table.ts";
import { dataDir } from "../local/settings.ts";
import { Failed } from "./failed.ts";
import type { Environment, Surroundings } from "./surroundings.ts";

/** The bus and the tables of one running Fanfare. Each is opened when it is first asked for. */
export type Connection = {
  /** Which Fanfare this is, for people: "the local stack in /home/me/fanfare/.local". */
  readonly place: string;
  /** Throws `Failed` when the settings name no bus, or not as they should. */
  readonly bus: () => ServiceBusClient;
  /** Likewise for the tables. */
  readonly tables: () => Tables;
};

/**
 * Connects to the Fanfare the environment names, by the app's own settings (`ServiceBusConnection`, `TablesConnection` and their
 * `__…` forms, with Azure's default credential), or else to the local stack of the data directory; runs `use`, and closes. One is
 * never mixed with the other: a command that reads here and writes there would be worse than none. Throws `Failed` when neither is
 * there.
 */
export const connected = async <T>(
  { env }: Pick<Surroundings, "env">,
  use: (connection: Connection) => Promise<T>,
): Promise<T> => {
  const { place, bus, tables } = isNamed(env) ? accessOf(env) : await localAccess(env);
  let openedBus: ServiceBusClient | undefined;
  let openedTables: Tables | undefined;
  try {
    return await use({
      place,
      bus: () => (openedBus ??= opened("ServiceBusConnection", () => openBus(known(bus, "ServiceBusConnection")))),
      tables: () => (openedTables ??= opened("TablesConnection", () => openTables(known(tables, "TablesConnection")))),
    });
  } finally {
    await openedBus?.close();
  }
};

type Access = {
  readonly place: string;
  readonly bus: BusAccess | undefined;
  readonly tables: TablesAccess | undefined;
};

const isNamed = (env: Environment): boolean =>
  [
    env.ServiceBusConnection,
    env.ServiceBusConnection__fullyQualifiedNamespace,
    env.TablesConnection,
    env.TablesConnection__endpoint,
  ].some(Boolean);

const accessOf = (env: Environment): Access => {
  const bus = busAccess(env);
  const tables = tablesAccess(env);
  const hosts = [hostOfBus(bus), hostOfTables(tables)].filter((host) => host !== undefined);
  return { place: hosts.length > 0 ? hosts.join(" and ") : "the environment's Fanfare", bus, tables };
};

const busAccess = (env: Environment): BusAccess | undefined => {
  if (env.ServiceBusConnection) return { kind: "connection-string", connectionString: env.ServiceBusConnection };
  const fullyQualifiedNamespace = env.ServiceBusConnection__fullyQualifiedNamespace;
  if (!fullyQualifiedNamespace) return undefined;
  return { kind: "identity", fullyQualifiedNamespace, credential: credentialOf(env.ServiceBusConnection__clientId) };
};

const tablesAccess = (env: Environment): TablesAccess | undefined => {
  if (env.TablesConnection) return { kind: "connection-string", connectionString: env.TablesConnection };
  const endpoint = env.TablesConnection__endpoint;
  return endpoint
    ? { kind: "identity", endpoint, credential: credentialOf(env.TablesConnection__clientId) }
    : undefined;
};

/** The operator's own sign-in (`az login`), or the identity of the machine. The package is large and not every command needs it. */
const credentialOf = (managedIdentityClientId: string | undefined): TokenCredential => {
  let credential: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      credential ??= import("@azure/identity").then(
        ({ DefaultAzureCredential }) =>
          new DefaultAzureCredential(managedIdentityClientId ? { managedIdentityClientId } : {}),
      );
      return (await credential).getToken(scopes, options);
    },
  };
};

/** A host's name says which Fanfare it is and gives nothing away; what else a connection string holds stays there. */
const hostOfBus = (access: BusAccess | undefined): string | undefined => {
  if (access?.kind === "identity") return access.fullyQualifiedNamespace;
  return access && /Endpoint=sb:\/\/([\w.-]+)/i.exec(access.connectionString)?.[1];
};
const hostOfTables = (access: TablesAccess | undefined): string | undefined => {
  if (access?.kind === "identity") return /^https?:\/\/([\w.-]+)/i.exec(access.endpoint)?.[1];
  const named = access && /(?:TableEndpoint=https?:\/\/([\w.-]+)|AccountName=(\w+))/i.exec(access.connectionString);
  return named?.[1] ?? named?.[2];
};

const stackSchema = z.object({
  serviceBus: z.object({ connectionString: z.string() }),
  tables: z.object({ connectionString: z.string() }),
});

const localAccess = async (env: Environment): Promise<Access> => {
  const directory = dataDir(env);
  const text = await readFile(join(directory, "stack.json"), "utf8").catch((cause: unknown) => {
    throw new Failed(
      `No Fanfare runs on ${directory}. Start one with npm start, name its FANFARE_DATA_DIR, or set ` +
        "ServiceBusConnection and TablesConnection (or their __ forms) for one on Azure.",
      undefined,
      { cause },
    );
  });
  const { serviceBus, tables } = stackSchema.parse(JSON.parse(text));
  return {
    place: `the local stack in ${directory}`,
    bus: { kind: "connection-string", connectionString: serviceBus.connectionString },
    tables: { kind: "connection-string", connectionString: tables.connectionString },
  };
};

const known = <T>(access: T | undefined, setting: string): T => {
  if (access !== undefined) return access;
  const other = setting === "TablesConnection" ? "TablesConnection__endpoint" : `${setting}__fullyQualifiedNamespace`;
  throw new Failed(`Neither ${setting} nor ${other} is set, and this command needs one of them.`);
};

/** The SDKs quote a malformed connection string in their errors. */
const opened = <T>(setting: string, open: () => T): T => {
  try {
    return open();
  } catch (error) {
    if (error instanceof Failed) throw error;
    throw new Failed(`${setting} is not a connection string of that service.`);
  }
};
