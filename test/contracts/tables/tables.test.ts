import { mkdtemp, readFile, rm, watch } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TableClient, TableServiceClient } from "@azure/data-tables";
import { afterAll, beforeAll, expect, test } from "vitest";
import { secretsIn } from "../../../infra/local/secrets.ts";
import { tablesConnectionString } from "../../../infra/local/tables/connection.ts";
import { startProgram, type Program } from "../../support/program.ts";
import { until } from "../../support/until.ts";

let directory: string;
let program: Program;
let port: number;
let key: string;

const start = async (wanted: number): Promise<void> => {
  program = await startProgram({
    name: "tables",
    env: { FANFARE_DATA_DIR: directory, FANFARE_TABLES_PORT: String(wanted) },
  });
  port = Number(/:(\d+)$/.exec(program.ready)?.[1]);
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "fanfare-tables-"));
  key = (await secretsIn(directory)).tablesKey;
  await start(0);
});
afterAll(async () => {
  await program.stop();
  await rm(directory, { recursive: true });
});

const options = { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } };
const samples = (withKey = key): TableClient =>
  TableClient.fromConnectionString(tablesConnectionString(port, withKey), "samples", options);

test("what was written is there after an orderly restart", async () => {
  await TableServiceClient.fromConnectionString(tablesConnectionString(port, key), options).createTable("samples");
  await samples().createEntity({ partitionKey: "p", rowKey: "r", value: "kept" });
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  await start(port);
  expect(await samples().getEntity("p", "r")).toMatchObject({ value: "kept" });
});

test("what was made in the first seconds of a first start outlives a crash that soon follows", async () => {
  const first = await mkdtemp(join(tmpdir(), "fanfare-tables-"));
  const env = { FANFARE_DATA_DIR: first, FANFARE_TABLES_PORT: "0" };
  const young = await startProgram({ name: "tables", env });
  const address = tablesConnectionString(Number(/:(\d+)$/.exec(young.ready)?.[1]), (await secretsIn(first)).tablesKey);
  await TableServiceClient.fromConnectionString(address, options).createTable("samples");
  // Azurite's own first save would come after five seconds.
  const saved = async (): Promise<boolean> =>
    (await readFile(join(first, "tables", "tables.json"), "utf8")).includes("samples");
  await until(() => saved().catch(() => false), { what: "the table is in the file", within: 3_500 });
  await young.kill();
  await rm(first, { recursive: true });
});

test("an orderly stop in the middle of a save loses nothing", async () => {
  // Large enough for its save to take a while, and small enough for the stop to be waited for.
  const columns = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`c${index}`, "x".repeat(30_000)]));
  const rowKeys = Array.from({ length: 40 }, (_, index) => `r${index}`);
  await Promise.all(rowKeys.map((rowKey) => samples().createEntity({ partitionKey: "large", rowKey, ...columns })));
  for await (const { filename } of watch(join(directory, "tables"), { signal: AbortSignal.timeout(8_000) })) {
    if (filename === "tables.json~") break; // what Azurite writes before it takes the place of the old file
  }
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  await start(port);
  for (const rowKey of rowKeys) await samples().getEntity("large", rowKey);
});

test("nobody gets in with another key", async () => {
  const stranger = samples(Buffer.alloc(64, 1).toString("base64"));
  await expect(stranger.getEntity("p", "r")).rejects.toMatchObject({ statusCode: 403 });
});

test("a busy port is told by part and setting", async () => {
  const second = startProgram({
    name: "tables",
    env: { FANFARE_DATA_DIR: directory, FANFARE_TABLES_PORT: String(port) },
  });
  await expect(second).rejects.toThrow(
    `tables ended (exit code 64) before it was ready. It said:\ntables: port ${port} is in use. Set FANFARE_TABLES_PORT to another port`,
  );
});
