import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { azureCredential } from "../../shared/azure-credential.http.ts";
import type { BusAccess } from "../../shared/fanout/fanout.bus.ts";
import type { TablesAccess } from "../../shared/storage/azure.table.ts";
import { dataDir } from "../local/settings.ts";
import { Failed } from "./failed.ts";
import type { Environment } from "./surroundings.ts";

/** How to reach a Fanfare: a bus or tables that the settings do not name are undefined. */
type Access = {
  /** Which one it is, for people. */
  readonly place: string;
  readonly bus: BusAccess | undefined;
  readonly tables: TablesAccess | undefined;
  /** Where the bus tells of itself, if not where its connection string says: an emulator's administration. */
  readonly busAdminUrl: string | undefined;
  /** Where its API is, without a slash at the end; undefined if nobody says, or not as it must be said. */
  readonly url: string | undefined;
  readonly isLocal: boolean;
};

/**
 * The Fanfare of the app's own settings, if one of them is there, or else the local stack, unless it may not be that one. Throws `Failed`
 * when that does not run.
 */
export const accessOf = async (env: Environment, { mayBeLocal = true } = {}): Promise<Access> =>
  isNamed(env) || !mayBeLocal ? namedAccess(env) : localAccess(env);

/** Whether the environment names one, as the app's own settings do. */
export const isNamed = (env: Environment): boolean =>
  [
    env.ServiceBusConnection,
    env.ServiceBusConnection__fullyQualifiedNamespace,
    env.TablesConnection,
    env.TablesConnection__endpoint,
  ].some(Boolean);

const namedAccess = (env: Environment): Access => {
  const bus = busAccess(env);
  const tables = tablesAccess(env);
  const hosts = [hostOfBus(bus), hostOfTables(tables)].filter((host) => host !== undefined);
  return {
    place: hosts.length > 0 ? hosts.join(" and ") : "the environment's Fanfare",
    bus,
    tables,
    busAdminUrl: env.SERVICEBUS_ADMIN_URL,
    url: serviceUrlIn(env.PUBLIC_URL),
    isLocal: false,
  };
};

/** As the app takes it, and with a slash that the shell's completion or a browser's bar put there. One with a password is not told to anybody. */
const serviceUrlIn = (text = ""): string | undefined => {
  const trimmed = text.trim().replace(/\/+$/, "");
  if (!URL.canParse(trimmed)) return undefined;
  const { protocol, username, password, search, hash } = new URL(trimmed);
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash ? trimmed : undefined;
};

const busAccess = (env: Environment): BusAccess | undefined => {
  if (env.ServiceBusConnection) return { kind: "connection-string", connectionString: env.ServiceBusConnection };
  const fullyQualifiedNamespace = env.ServiceBusConnection__fullyQualifiedNamespace;
  if (!fullyQualifiedNamespace) return undefined;
  return { kind: "identity", fullyQualifiedNamespace, credential: azureCredential(env.ServiceBusConnection__clientId) };
};

const tablesAccess = (env: Environment): TablesAccess | undefined => {
  if (env.TablesConnection) return { kind: "connection-string", connectionString: env.TablesConnection };
  const endpoint = env.TablesConnection__endpoint;
  return endpoint
    ? { kind: "identity", endpoint, credential: azureCredential(env.TablesConnection__clientId) }
    : undefined;
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
  httpUrl: z.string().optional(),
  serviceBus: z.object({ connectionString: z.string(), adminUrl: z.string().optional() }),
  tables: z.object({ connectionString: z.string() }),
});

/** The parser's own words would quote the file, which holds keys. */
const stackOf = (text: string, directory: string): z.infer<typeof stackSchema> => {
  try {
    return stackSchema.parse(JSON.parse(text));
  } catch {
    throw new Failed(`${join(directory, "stack.json")} is damaged, or another version's: start that stack anew.`);
  }
};

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
  const { httpUrl: url, serviceBus, tables } = stackOf(text, directory);
  return {
    place: `the local stack in ${directory}`,
    bus: { kind: "connection-string", connectionString: serviceBus.connectionString },
    tables: { kind: "connection-string", connectionString: tables.connectionString },
    busAdminUrl: serviceBus.adminUrl,
    url,
    isLocal: true,
  };
};
