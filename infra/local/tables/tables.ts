import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import telemetry from "azurite/dist/src/common/Telemetry.js";
import tableConfiguration from "azurite/dist/src/table/TableConfiguration.js";
import tableServer from "azurite/dist/src/table/TableServer.js";
import { listen, type Running } from "../part.ts";
import { tablesAccount } from "./connection.ts";

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
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  telemetry.AzuriteTelemetryClient.init(directory ?? "", false, undefined);
  // The only way Azurite takes accounts. Without it everybody would know the key: it is in its manual.
  process.env.AZURITE_ACCOUNTS = `${tablesAccount}:${key}`;
  const server = new tableServer.default(configuration(await freePort(port), directory));
  await server.start();
  return { ready: `Tables ready, ${server.getHttpServerAddress()}`, stop: () => server.close() };
};

/** Takes the port and lets it go at once, because Azurite itself would not say which setting is wrong. */
const freePort = async (port: number): Promise<number> => {
  const probe = createServer();
  const free = await listen(probe, "tables", "tables", port);
  await new Promise((resolve) => probe.close(resolve));
  return free;
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
