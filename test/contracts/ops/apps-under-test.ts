import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { putApp, tableAppRegistry } from "../../../shared/auth/app-registry.table.ts";
import { systemClock } from "../../../shared/clock.ts";
import { azurite, startTables } from "../feed/subscriptions-under-test.ts";
import { command, linesOf } from "./operator.ts";

/** A folder for files of the tests. */
export let folder: string;
/** An app that is nobody else's. */
export let hostName: string;

/** One table service for all cases, and for each test an app of its own. */
export const appsUnderTest = (): void => {
  startTables();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fanfare-apps-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(() => {
    hostName = `${crypto.randomUUID()}.contoso.com`;
  });
};

export const env = () => ({ TablesConnection: azurite.connectionString });
export const ops = (...args: string[]) => command(args, { env: env() });
export const set = (...args: string[]) => ops("apps", "set", hostName, ...args, "--yes");
/** The app as the service finds it. */
export const found = () => tableAppRegistry(azurite.tables.apps, systemClock, () => undefined).find(hostName);
export const isBlocked = (caller: { clientId?: string; tenantId?: string }) =>
  tableAppRegistry(azurite.tables.apps, systemClock, () => undefined).isBlocked({
    clientId: "nobody",
    tenantId: "none",
    ...caller,
  });
export const lastAct = async () => linesOf((await ops("audit", "--limit", "1", "--json")).stdout)[0];
export const registered = () => putApp(azurite.tables.apps, { hostName, senders: ["s1"], clients: ["c1"] });
