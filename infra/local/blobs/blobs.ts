import blobConfiguration from "azurite/dist/src/blob/BlobConfiguration.js";
import blobServer from "azurite/dist/src/blob/BlobServer.js";
import telemetry from "azurite/dist/src/common/Telemetry.js";
import type { Running } from "../part.ts";
import { freePort, useAccounts } from "../tables/azurite.ts";

export type BlobsOptions = {
  readonly port: number;
  /** Account key, base64; the tables' too. */
  readonly key: string;
};

/**
 * Azurite's blob service, in memory: Azure Functions Core Tools keep the leases of timers there, for which the app itself
 * has no use. Our own functions host needs none, so it runs only beside `func start`.
 */
export const startBlobs = async ({ port, key }: BlobsOptions): Promise<Running> => {
  telemetry.AzuriteTelemetryClient.init("", false, undefined);
  useAccounts(key);
  const server = new blobServer.default(inMemory(await freePort("blobs", port)));
  await server.start();
  return { ready: `Blobs ready, ${server.getHttpServerAddress()}`, stop: () => server.close() };
};

const inMemory = (port: number) => {
  const keepAliveSeconds = 5;
  return new blobConfiguration.default(
    "127.0.0.1",
    port,
    keepAliveSeconds,
    "",
    "",
    [],
    false, // no access log
    undefined,
    false, // no debug log
    undefined,
    false, // not loose
    true, // newer SDKs than Azurite knows are welcome
    undefined,
    undefined,
    undefined,
    undefined,
    true, // the account is always the first segment of the path
    true, // in memory
  );
};
