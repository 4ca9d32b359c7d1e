import { existsSync } from "node:fs";
import { join } from "node:path";
import telemetry from "azurite/dist/src/common/Telemetry.js";
import errors from "azurite/dist/src/table/errors/StorageErrorFactory.js";
import paths from "azurite/dist/src/table/generated/utils/utils.js";
import queries from "azurite/dist/src/table/persistence/LokiTableStoreQueryGenerator.js";
import tableConfiguration from "azurite/dist/src/table/TableConfiguration.js";
import tableServer from "azurite/dist/src/table/TableServer.js";
import type { Running } from "../part.ts";
import { freePort, useAccounts } from "./azurite.ts";
import { goByKey } from "./by-key.ts";
import { privateFolder } from "../private-folder.ts";
import { shapeRequests, spareRequests } from "./spare-requests.ts";

export type TablesOptions = {
  readonly port: number;
  /** Folder of the tables' file; undefined keeps them in memory. */
  readonly directory: string | undefined;
  /** Account key, base64. */
  readonly key: string;
  /** The accounts' names; the local stack's alone by default. Each has tables of its own. */
  readonly accounts?: readonly string[] | undefined;
};

/**
 * Azurite's table service in this process, so that there is no second one to look after. It writes its file every five
 * seconds and when it is stopped: what was acknowledged in the last seconds before a crash is lost.
 */
export const startTables = async ({ port, directory, key, accounts }: TablesOptions): Promise<Running> => {
  if (directory !== undefined) await privateFolder(directory);
  telemetry.AzuriteTelemetryClient.init(directory ?? "", false, undefined);
  useAccounts(key, accounts);
  const server = new tableServer.default(configuration(await freePort("tables", port), directory));
  const isNew = directory !== undefined && !existsSync(fileIn(directory));
  goByKey(server.metadataStore, queries.default);
  spareRequests(paths, errors.default);
  shapeRequests(server);
  await server.start();
  const saving = isNew ? saveOften(() => server.metadataStore.saveDBState()) : undefined;
  const stop = async (): Promise<void> => {
    clearInterval(saving);
    await server.close();
    // If it was just saving, Azurite does not wait for that: the file would stay what it was five seconds ago.
    if (directory !== undefined) await server.metadataStore.saveDBState();
  };
  return { ready: `Tables ready, ${server.getHttpServerAddress()}`, stop };
};

const fileIn = (directory: string): string => join(directory, "tables.json");

/** The tables themselves and the apps are made in the first seconds of a first start: without them nothing would work after a crash. */
const saveOften = (save: () => Promise<void>): NodeJS.Timeout => {
  const endsAt = performance.now() + 10_000;
  const saving = setInterval(() => {
    if (performance.now() > endsAt) clearInterval(saving);
    save().catch(() => undefined); // Azurite's own saving goes on, and says what is wrong
  }, 500);
  return saving.unref();
};

const configuration = (port: number, directory: string | undefined) => {
  const keepAliveSeconds = 5;
  const file = fileIn(directory ?? "");
  const inMemory = directory === undefined;
  return new tableConfiguration.default(
    "127.0.0.1",
    port,
    keepAliveSeconds,
    file,
    false, // no debug log
    false, // no access log
    undefined,
    undefined,
    false, // not loose: what Azure refuses shall be refused here
    true, // newer SDKs than Azurite knows are welcome
    undefined,
    undefined,
    undefined,
    undefined,
    true, // the account is always the first segment of the path
    inMemory,
  );
};
