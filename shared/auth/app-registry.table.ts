import type * as z from "zod";
import type { Clock } from "../clock.ts";
import { reportOnce, type Report } from "../report.ts";
import { RowConflict, type Table } from "../storage/table.ts";
import {
  blockSchema,
  comparableId,
  registeredAppSchema,
  type AppRegistry,
  type Block,
  type RegisteredApp,
} from "./app-registry.ts";
import { appOf, appRow, blockOf, blockRow, isBlockRow } from "./app-rows.ts";

/** Older than this, the copy is refreshed behind the answer; older than `staleMs`, before it. A block acts within a minute. */
const freshMs = 15_000;
const staleMs = 60_000;

/** Registers an app, or changes it. Throws a ZodError when the app is not valid. */
export const putApp = (apps: Table, app: z.input<typeof registeredAppSchema>): Promise<void> =>
  apps.write({ kind: "put", row: appRow(registeredAppSchema.parse(app)) });

/** Puts a client id or a tenant on the block list: its callers get 403 within a minute. Repeating it changes nothing. */
export const putBlock = (apps: Table, given: Block): Promise<void> =>
  apps.write({ kind: "put", row: blockRow(blockSchema.parse(given)) });

/** Takes it off the list, within a minute too. Does nothing if it was not on it. */
export const removeBlock = async (apps: Table, given: Block): Promise<void> => {
  const { partitionKey, rowKey } = blockRow(blockSchema.parse(given));
  try {
    await apps.write({ kind: "delete", partitionKey, rowKey });
  } catch (error) {
    if (!(error instanceof RowConflict)) throw error;
  }
};

type Snapshot = {
  readonly readAt: number;
  readonly apps: ReadonlyMap<string, RegisteredApp>;
  readonly blockedClients: ReadonlySet<string>;
  readonly blockedTenants: ReadonlySet<string>;
};

/**
 * The registry over the table `apps`, kept in memory: it is small, and every request asks it. A row that cannot be read is
 * reported and left out: its app is then nobody's, and all others go on.
 */
export const tableAppRegistry = (apps: Table, clock: Clock, report: Report): AppRegistry => {
  const told = reportOnce(report);
  let snapshot: Snapshot | undefined;
  let refreshing: Promise<Snapshot> | undefined;

  const refresh = (): Promise<Snapshot> => {
    refreshing ??= readSnapshot(apps, clock, told)
      .then((read) => (snapshot = read))
      .finally(() => (refreshing = undefined));
    return refreshing;
  };

  const current = async (): Promise<Snapshot> => {
    const age = snapshot ? clock.now() - snapshot.readAt : Infinity;
    if (!snapshot || age > staleMs) return refresh();
    // A failed refresh costs nothing yet: the next request tries again, and after `staleMs` the failure is told.
    if (age > freshMs) refresh().catch(() => undefined);
    return snapshot;
  };

  return {
    find: async (hostName) => (await current()).apps.get(hostName.toLowerCase()),
    ofClient: async (clientId) => [...(await current()).apps.values()].filter((app) => app.clients.includes(clientId)),
    isBlocked: async ({ clientId, tenantId }) => {
      const { blockedClients, blockedTenants } = await current();
      return blockedClients.has(comparableId(clientId)) || blockedTenants.has(comparableId(tenantId));
    },
  };
};

const readSnapshot = async (table: Table, clock: Clock, report: Report): Promise<Snapshot> => {
  const readAt = clock.now();
  const apps: RegisteredApp[] = [];
  const blocks: Block[] = [];
  for await (const row of table.all()) {
    try {
      if (isBlockRow(row)) blocks.push(blockOf(row));
      else apps.push(appOf(row));
    } catch {
      report(`The row "${row.rowKey}" of "${row.partitionKey}" in the table "apps" is malformed, and was left out.`);
    }
  }
  const ofBlockedApps = apps.filter((app) => app.blocked).flatMap((app) => [...app.senders, ...app.clients]);
  const listed = (kind: Block["kind"]): string[] => blocks.filter((block) => block.kind === kind).map(({ id }) => id);
  return {
    readAt,
    apps: new Map(apps.map((app) => [app.hostName, app])),
    blockedClients: new Set([...ofBlockedApps, ...listed("client")]),
    blockedTenants: new Set(listed("tenant")),
  };
};
