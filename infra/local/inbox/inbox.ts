import type { ServerResponse } from "node:http";
import { openTables } from "../../../shared/storage/azure.table.ts";
import type { Front } from "../functions-host/http/front.ts";
import { Refused } from "../http/refused.ts";
import { refuse } from "./answer.ts";
import { busLooks, type BusAccess } from "./bus-told.ts";
import { lookAtDevices, type Controls } from "./devices-told.ts";
import { localRoutes } from "./local-routes.ts";
import { lookAtOutcomes } from "./outcomes-told.ts";
import { overviewOf } from "./overview.ts";
import { pageFiles } from "./page-files.ts";
import { servePage } from "./serve-page.ts";
import { section, type Look } from "./section.ts";
import type { ToldConfig } from "./told.ts";

export type InboxOptions = {
  /** The built page's files. */
  readonly folder: string;
  readonly config: ToldConfig;
  readonly controls: Controls;
  /** Undefined where the app's settings name none by a connection string. */
  readonly bus: BusAccess | undefined;
  readonly tablesConnection: string | undefined;
};

/**
 * The local stack's own page at `/`, its files, its service worker, and below `/_local/` what it is told of the stack. Nothing of it needs
 * the app: it speaks for this laptop, and is shown on this laptop alone.
 */
export const openInbox = ({ folder, config, controls, bus, tablesConnection }: InboxOptions): Front => {
  const looks = opened(bus, busLooks);
  const tables = opened(tablesConnection, (connectionString) =>
    openTables({ kind: "connection-string", connectionString }, { callTimeoutMs: 2_000 }),
  );
  const overview = overviewOf({
    devices: section(lookAtDevices(controls), { what: "The local push services", everyMs: 500 }),
    queue: section(looks?.queue ?? unnamed("ServiceBusConnection"), { what: "The bus", everyMs: 1_000 }),
    deadLetters: section(looks?.deadLetters ?? unnamed("ServiceBusConnection"), { what: "The bus", everyMs: 3_000 }),
    outcomes: section(tables ? lookAtOutcomes(tables.deliveries) : unnamed("TablesConnection"), {
      what: "The tables",
      everyMs: 1_000,
    }),
  });
  const page = servePage(pageFiles(folder), config.issuer);
  const local = localRoutes({ config, controls, overview });

  return {
    answers: (request, response, { decoded, query }) => {
      const work = decoded.startsWith("/_local/")
        ? local(request, response, { path: decoded, query: new URLSearchParams(query) })
        : page(request, response, decoded);
      work?.catch((error: unknown) => failed(response, error));
      return work !== undefined;
    },
    close: async () => {
      await looks?.close();
    },
  };
};

/** A setting of the user's own may be none that its SDK can read. The page then says so, and the app has said it before. */
const opened = <S, T>(setting: S | undefined, open: (setting: S) => T): T | undefined => {
  try {
    return setting === undefined ? undefined : open(setting);
  } catch {
    return undefined;
  }
};

const unnamed =
  (setting: string): Look<never> =>
  () =>
    Promise.resolve({ value: null, fault: `Not looked at: ${setting} is no connection string.` });

const failed = (response: ServerResponse, error: unknown): void => {
  if (response.destroyed) return;
  if (!(error instanceof Refused)) console.error(error);
  if (response.headersSent) response.destroy();
  else refuse(response, error instanceof Refused ? error : fault);
};

const fault = new Refused(500, "This is a fault of the local stack’s own; see its output.");
