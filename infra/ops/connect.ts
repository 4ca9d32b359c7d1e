import type { ServiceBusAdministrationClient, ServiceBusClient } from "@azure/service-bus";
import { administrationOf } from "../../shared/fanout/backlog.bus.ts";
import { openBus } from "../../shared/fanout/fanout.bus.ts";
import { openTables } from "../../shared/storage/azure.table.ts";
import type { Tables } from "../../shared/storage/table.ts";
import { accessOf } from "./access.ts";
import { Failed } from "./failed.ts";
import { patience } from "./patience.ts";
import type { Surroundings } from "./surroundings.ts";
import { whoOf, type Who } from "./who.http.ts";

/** The bus and the tables of one running Fanfare. Each is opened when it is first asked for. */
export type Connection = {
  /** Which Fanfare this is, for people: "the local stack in /home/me/fanfare/.local". */
  readonly place: string;
  /** Throws `Failed` when the settings name no bus, or not as they should. */
  readonly bus: () => ServiceBusClient;
  /** Who tells of the bus' queues; undefined for an emulator's whose address nobody says. Throws likewise. */
  readonly administration: () => ServiceBusAdministrationClient | undefined;
  /** Likewise for the tables. */
  readonly tables: () => Tables;
  /** Where its API is; undefined if nobody says, or PUBLIC_URL is no http(s) URL. */
  readonly url: string | undefined;
  readonly isLocal: boolean;
  /** Who acts, for the audit. Throws when Azure gives no token. */
  readonly who: () => Promise<Who>;
};

type Use = Pick<Surroundings, "env"> & {
  readonly mayBeLocal?: boolean;
  readonly stop?: AbortSignal;
  /** Milliseconds for a call to the tables, instead of what an operator's patience is. */
  readonly callMs?: number;
};

/**
 * Connects to the Fanfare the environment names, by the app's own settings (`ServiceBusConnection`, `TablesConnection` and their
 * `__…` forms, with Azure's default credential), or else, unless it may not, to the local stack of the data directory; runs `use`, and closes. One is
 * never mixed with the other: a command that reads here and writes there would be worse than none. Throws `Failed` when neither is
 * there.
 */
export const connected = async <T>(
  { env, mayBeLocal = true, stop = new AbortController().signal, callMs }: Use,
  use: (connection: Connection) => Promise<T>,
): Promise<T> => {
  const { place, bus, tables, busAdminUrl, url, isLocal } = await accessOf(env, { mayBeLocal });
  const endOfCall = patience(stop, callMs === undefined ? {} : { callMs });
  let openedBus: ServiceBusClient | undefined;
  let openedTables: Tables | undefined;
  try {
    return await use({
      place,
      url,
      isLocal,
      who: () => whoOf(tables, { isLocal }),
      bus: () => (openedBus ??= opened("ServiceBusConnection", () => openBus(known(bus, "ServiceBusConnection")))),
      administration: () =>
        opened("ServiceBusConnection", () => administrationOf(known(bus, "ServiceBusConnection"), busAdminUrl)),
      tables: () =>
        (openedTables ??= opened("TablesConnection", () =>
          openTables(known(tables, "TablesConnection"), { endOfCall }),
        )),
    });
  } finally {
    await openedBus?.close().catch(() => undefined); // what was asked for is answered
  }
};

const known = <T>(access: T | undefined, setting: string): T => {
  if (access !== undefined) return access;
  const other = setting === "TablesConnection" ? "TablesConnection__endpoint" : `${setting}__fullyQualifiedNamespace`;
  throw new Failed(`Neither ${setting} nor ${other} is set, and this command needs one of them.`);
};

/** A connection was given that is none. Not that it lacks, which is no fault of a command that does without. */
export class Misconnected extends Failed {}

/** The SDKs quote a malformed connection string in their errors. */
const opened = <T>(setting: string, open: () => T): T => {
  try {
    return open();
  } catch (error) {
    if (error instanceof Failed) throw error;
    throw new Misconnected(`${setting} is not a connection string of that service.`);
  }
};
