import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportFrom } from "../../../infra/ops/backup/export.ts";
import { renewEpochs } from "../../../infra/ops/backup/renew-epochs.ts";
import { restoreInto } from "../../../infra/ops/backup/restore.ts";
import { outputTo } from "../../../infra/ops/output.ts";
import { sentenceOf } from "../../../infra/ops/sentence.ts";
import type { Surroundings } from "../../../infra/ops/surroundings.ts";
import { putApp, putBlock } from "../../../shared/auth/app-registry.table.ts";
import type { Tables } from "../../../shared/storage/table.ts";
import { killedAt as tablesKilledAt } from "../../support/killed-tables.ts";
import { allRows, memoryTables, purgeUnderTest } from "../purge/purge-under-test.ts";
import { linesOf } from "./operator.ts";
import { somebody } from "./person-under-test.ts";

export const hostNames = ["app.contoso.com", "other.contoso.com"];

/** A store that has been lived in: two persons with one of everything at two apps, and an entry of the block list. */
export const livedIn = async (tables = memoryTables()) => {
  const service = purgeUnderTest(tables);
  service.clock.at = Date.now();
  for (const hostName of hostNames) await putApp(tables.apps, { hostName, senders: ["sender"], clients: [] });
  await putBlock(tables.apps, { kind: "client", id: "bad" });
  const ada = await somebody(service, "ada", hostNames);
  const grace = await somebody(service, "grace", hostNames);
  return { ...service, ada, grace };
};

/** Another store, which holds nothing, and opens what the first one sealed. */
export const emptied = (service: Pick<Awaited<ReturnType<typeof livedIn>>, "dataKeys">, tables = memoryTables()) => {
  const [, key = ""] = /^k1:(.+)$/.exec(service.dataKeys) ?? [];
  const anew = purgeUnderTest(tables, {}, Buffer.from(key, "base64"));
  anew.clock.at = Date.now();
  return anew;
};

export const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-backup-"));
  return { folder, at: (name: string): string => join(folder, name), remove: () => rm(folder, { recursive: true }) };
};

type Around = { readonly stop?: AbortSignal; readonly env?: Readonly<Record<string, string>> };

/** Runs what a command does on these tables. `ended`: the sentence it failed with. */
const ran = async (
  { stop, env }: Around,
  act: (use: Surroundings) => Promise<void>,
): Promise<{ readonly told: string; readonly json: Record<string, unknown>[]; readonly ended: string | undefined }> => {
  const printed = { out: "", err: "" };
  const use: Surroundings = {
    env: { TablesConnection: "named", ...env },
    output: outputTo({ write: (text) => (printed.out += text) }, { write: (text) => (printed.err += text) }),
    ask: undefined,
    stop: stop ?? new AbortController().signal,
  };
  const ended = await act(use).then(() => undefined, sentenceOf);
  return { told: printed.err, json: linesOf(printed.out), ended };
};

const storeOf = (tables: Tables) => ({
  place: "memory",
  tables: () => tables,
  who: () => Promise.resolve({ name: "operator", objectId: undefined, by: "local" as const }),
});

export const exported = (tables: Tables, out: string, around: Around & { readonly force?: true } = {}) =>
  ran(around, (use) => exportFrom(storeOf(tables), use, { out, json: true, ...(around.force && { force: true }) }));

type Restoring = Around & { readonly without?: string; readonly dryRun?: true };
export const restored = (tables: Tables, path: string, { without, dryRun, ...around }: Restoring = {}) =>
  ran(around, (use) =>
    restoreInto(storeOf(tables), use, path, {
      yes: true,
      json: true,
      concurrency: 4,
      ...(without !== undefined && { without }),
      ...(dryRun && { dryRun }),
    }),
  );

export const renewed = (tables: Tables, { from, ...around }: Around & { readonly from?: string } = {}) =>
  ran(around, (use) =>
    renewEpochs(storeOf(tables), use, { yes: true, json: true, concurrency: 4, ...(from !== undefined && { from }) }),
  );

/** The rows that a backup keeps, as they are but for their versions. */
export const keptRows = async ({ apps, feeds, unsids }: Pick<Tables, "apps" | "feeds" | "unsids">) => {
  const all = [];
  for (const table of [apps, feeds, unsids]) for await (const { etag: _, ...row } of table.all()) all.push(row);
  return all.filter(({ rowKey }) => /^(app|block_.*|s_.*|u)$/.test(rowKey));
};

/** Everything but the audit. */
export const rowsButAudit = async (tables: Tables) => {
  const rows = await allRows(tables);
  return rows.filter(({ partitionKey }) => partitionKey !== "acts").map(({ etag: _, ...row }) => row);
};

/** Killed before, or just after, the change of that number. The audit is spared. */
export const killedAt = (tables: Tables, number: number, when: "before" | "after"): Tables =>
  tablesKilledAt(tables, ["apps", "feeds", "unsids", "expiries"], number, when);
