import type { z } from "zod";
import type { Clock } from "../clock.ts";
import type { StoredRow, Table } from "../storage/table.ts";
import { registeredAppSchema, type AppRegistry, type RegisteredApp } from "./app-registry.ts";

/** Older than this, the copy is refreshed behind the answer; older than `staleMs`, before it. A block acts within a minute. */
const freshMs = 15_000;
const staleMs = 60_000;
const rowKey = "app";

type Snapshot = {
  readonly readAt: number;
  readonly apps: ReadonlyMap<string, RegisteredApp>;
  readonly blocked: ReadonlySet<string>;
};

/** Registers an app, or changes it. Throws a ZodError when the app is not valid. */
export const putApp = (apps: Table, app: z.input<typeof registeredAppSchema>): Promise<void> => {
  const { hostName, ...rest } = registeredAppSchema.parse(app);
  return apps.write({ kind: "put", row: { partitionKey: hostName, rowKey, definition: JSON.stringify(rest) } });
};

/** The registry over the table `apps`, kept in memory: it is small, and every request asks it. */
export const tableAppRegistry = (apps: Table, clock: Clock): AppRegistry => {
  let snapshot: Snapshot | undefined;
  let refreshing: Promise<Snapshot> | undefined;

  const refresh = (): Promise<Snapshot> => {
    refreshing ??= readSnapshot(apps, clock)
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
    isBlocked: async ({ clientId }) => (await current()).blocked.has(clientId),
  };
};

const readSnapshot = async (apps: Table, clock: Clock): Promise<Snapshot> => {
  const readAt = clock.now();
  const found: RegisteredApp[] = [];
  for await (const row of apps.all()) found.push(appOf(row));
  const blocked = found.filter((app) => app.blocked).flatMap((app) => [...app.senders, ...app.clients]);
  return { readAt, apps: new Map(found.map((app) => [app.hostName, app])), blocked: new Set(blocked) };
};

const appOf = (row: StoredRow): RegisteredApp =>
  registeredAppSchema.parse({ ...JSON.parse(String(row.definition)), hostName: row.partitionKey });
