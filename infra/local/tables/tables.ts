import { join } from "node:path";
import telemetry from "azurite/dist/src/common/Telemetry.js";
import tableConfiguration from "azurite/dist/src/table/TableConfiguration.js";
import tableServer from "azurite/dist/src/table/TableServer.js";
import type { Running } from "../part.ts";
import { freePort, useAccount } from "./azurite.ts";
import { privateFolder } from "../private-folder.ts";

export type TablesOptions = {
  readonly port: number;
  /** Folder of the tables' file; undefined keeps them in memory. */
  readonly directory: string | undefined;
  /** Account key, base64. */
  readonly key: string;
};

/**
 * Azurite's table service in this process, so that there is no second one to look after. It writes its file every five
 * seconds and when it is stopped: what was acknowledged in the last seconds before a crash is lost.
 */
export const startTables = async ({ port, directory, key }: TablesOptions): Promise<Running> => {
  if (directory !== undefined) await privateFolder(directory);
  telemetry.AzuriteTelemetryClient.init(directory ?? "", false, undefined);
  useAccount(key);
  const server = new tableServer.default(configuration(await freePort("tables", port), directory));
  await server.start();
  const stop = async (): Promise<void> => {
    await server.close();
    // If it was just saving, Azurite does not wait for that: the file would stay what it was five seconds ago.
    if (directory !== undefined) await server.metadataStore.saveDBState();
  };
  return { ready: `Tables ready, ${server.getHttpServerAddress()}`, stop };
};

const configuration = (port: number, directory: string | undefined) => {
  const keepAliveSeconds = 5;
  const file = join(directory ?? "", "tables.json");
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
