import { outputTo } from "../../../infra/ops/output.ts";
import { importInto, type ImportOptions } from "../../../infra/ops/import/import-dump.ts";
import { entriesOf } from "../../../infra/ops/import/common-options.ts";
import { formOf, recordsOf } from "../../../infra/ops/import/records.file.ts";
import { sentenceOf } from "../../../infra/ops/sentence.ts";
import { webPushEntry } from "../../../infra/ops/import/web-push-entry.ts";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { tableNames, type Change, type Table, type Tables } from "../../../shared/storage/table.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { newPublicKey } from "./dumps.ts";

const hostName = "app.contoso.com";
const vapidPublicKey = newPublicKey();

/** The settings of a Fanfare, as the operator's environment has them. */
const settings = { DATA_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`, VAPID_PUBLIC_KEY: vapidPublicKey };

/** Called before each change is made: what it throws, the table throws. */
type Before = (change: readonly Change[]) => void;

/** Tables in memory with one app registered. */
export const newTables = async (before: { change: Before }): Promise<Tables> => {
  const made = Object.fromEntries(
    tableNames.map((name) => [name, memoryTable({ turn: () => Promise.resolve() })]),
  ) as Record<(typeof tableNames)[number], Table>;
  await putApp(made.apps, { hostName, senders: ["sender"], clients: ["client"] });
  const guarded = (table: Table): Table => ({
    ...table,
    write: (change) => {
      before.change([change]);
      return table.write(change);
    },
    transact: (changes) => {
      before.change(changes);
      return table.transact(changes);
    },
  });
  return { ...made, feeds: guarded(made.feeds), unsids: guarded(made.unsids), expiries: guarded(made.expiries) };
};

type Run = {
  readonly path: string;
  readonly users: string;
  readonly report?: string;
  readonly stop?: AbortSignal;
  readonly options?: Partial<ImportOptions>;
  readonly env?: Readonly<Record<string, string>>;
};

/** Imports a file of browsers' subscriptions; resolves to what was printed and the sentence it ended with, undefined for none. */
export const imported = async (tables: Tables, { path, users, report, stop, options, env }: Run) => {
  let printed = "";
  const stream = { write: (text: string) => (printed += text) };
  const use = {
    env: { ...settings, TablesConnection: "named", ...env },
    output: outputTo(stream, stream),
    ask: undefined,
    stop: stop ?? new AbortController().signal,
  };
  const connection = {
    place: "memory",
    tables: () => tables,
    url: undefined,
    isLocal: false,
    who: () => Promise.resolve({ name: "operator", objectId: undefined, by: "local" as const }),
  };
  const form = await formOf(path);
  const columns = { endpoint: "endpoint", expiration: "expirationTime", user: "user", id: "id", device: "device" };
  const entries = () => entriesOf(recordsOf(path, form), (value) => webPushEntry(value, columns));
  const ended = await importInto(
    connection,
    use,
    { kind: "web-push", entries },
    {
      app: hostName,
      users,
      vapidPublicKey,
      concurrency: 4,
      ...(report === undefined ? { dryRun: true } : { report }),
      ...options,
    },
  ).then(() => undefined, sentenceOf);
  return { printed, ended };
};

/** Every row of the tables that subscriptions are in. */
export const rowsIn = async ({ feeds, unsids }: Tables) => {
  const subscriptions = [];
  const holders = [];
  for await (const row of feeds.all()) if (row.rowKey.startsWith("s_")) subscriptions.push(row);
  for await (const row of unsids.all()) holders.push(row);
  return { subscriptions, holders };
};
