import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { secretsIn } from "../../infra/local/secrets.ts";
import { startProgram } from "./program.ts";

/** The one table service of a run, in which each test file has an account of its own: to start one takes longer than most files. */
export type TableService = {
  readonly port: number;
  /** Of every account, base64. */
  readonly key: string;
  readonly accounts: readonly string[];
  /** A folder: who makes one of an account's name in it, which only one can, has the account. */
  readonly claims: string;
};

declare module "vitest" {
  interface ProvidedContext {
    readonly tableService: TableService;
  }
}

const accounts = Array.from({ length: 200 }, (_, index) => `tests${index}`);

/** Vitest's global setup: the local stack's table service, as it is built, in memory. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-tables-"));
  const { tablesKey: key } = await secretsIn(folder);
  const env = { FANFARE_TABLES_PORT: "0", FANFARE_EPHEMERAL: "1", FANFARE_TABLES_ACCOUNTS: accounts.join(",") };
  const { ready, kill } = await startProgram({ name: "tables", env: { ...env, FANFARE_DATA_DIR: folder } });
  project.provide("tableService", { port: Number(/:(\d+)$/.exec(ready)?.[1]), key, accounts, claims: folder });
  return async () => {
    await kill(); // it keeps nothing, so there is nothing to wait for
    await rm(folder, { recursive: true });
  };
};
