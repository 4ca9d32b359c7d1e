import { afterAll, beforeAll, expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { Problem } from "../../../shared/problem.ts";
import { accessBy, startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { openTables } from "../../../shared/storage/azure.table.ts";
import type { AppWrites } from "../../../shared/throttle/app-writes.ts";
import { tableAppWrites } from "../../../shared/throttle/app-writes.table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { closedPort } from "../../support/closed-port.ts";

let azurite: TablesUnderTest;
beforeAll(async () => {
  azurite = await startTablesUnderTest();
});
afterAll(() => azurite.stop());

const start = Date.parse("2026-01-31T12:00:00.000Z");
/** Instances of the service that share a clock and a limit. */
const instancesUnderTest = (count: number, limitPerMinute: number) => {
  const clock = { at: start, now: () => clock.at };
  const { throttles } = azurite.tables;
  const counted = { finds: 0 };
  const watched: Parameters<typeof tableAppWrites>[0]["throttles"] = {
    find: (...keys) => {
      counted.finds += 1;
      return throttles.find(...keys);
    },
    write: throttles.write,
  };
  const instances = Array.from({ length: count }, () => tableAppWrites({ throttles: watched, clock, limitPerMinute }));
  return { clock, counted, instances };
};
const newApp = (): string => crypto.randomUUID();

/** So many takers at once at each instance: how many got a permit. Anything but `busy` fails. */
const passing = async (instances: readonly AppWrites[], app: string, takersEach: number): Promise<number> => {
  const takers = instances.flatMap((instance) => Array.from({ length: takersEach }, () => instance.take(app)));
  const came = await Promise.allSettled(takers);
  for (const one of came) {
    if (one.status === "rejected") expect(one.reason).toMatchObject({ kind: "busy" });
  }
  return came.filter(({ status }) => status === "fulfilled").length;
};

test("three instances at once let exactly the limit pass, and the same again when those have left the minute", async () => {
  const { clock, instances } = instancesUnderTest(3, 20);
  const app = newApp();
  expect(await passing(instances, app, 15)).toBe(20);
  clock.at += milliseconds.minute;
  expect(await passing(instances, app, 15)).toBe(0);
  clock.at += 10 * milliseconds.second;
  expect(await passing(instances, app, 15)).toBe(20);
});

test("an instance that starts finds what was leased before it", async () => {
  const { clock, instances } = instancesUnderTest(1, 2);
  const app = newApp();
  expect(await passing(instances, app, 2)).toBe(2);
  const fresh = tableAppWrites({ throttles: azurite.tables.throttles, clock, limitPerMinute: 2 });
  const refusal: unknown = await fresh.take(app).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Problem);
  expect(refusal).toMatchObject({ kind: "busy", retryAfterSeconds: 70 });
});

test("takers who come together share one lease", async () => {
  const { counted, instances } = instancesUnderTest(1, 100);
  expect(await passing(instances, newApp(), 50)).toBe(50);
  expect(counted.finds).toBe(1);
});

test("an app's row stays one and short, and does not hold its client id", async () => {
  const { clock, instances } = instancesUnderTest(2, 1_000_000_000);
  const app = newApp();
  for (let slot = 0; slot < 9; slot += 1) {
    await passing(instances, app, 5);
    clock.at += 10 * milliseconds.second;
  }
  const rows = [];
  for await (const row of azurite.tables.throttles.all()) rows.push(row);
  expect(rows.length).toBe(new Set(rows.map(({ partitionKey }) => partitionKey)).size);
  expect(JSON.stringify(rows)).not.toContain(app);
  for (const row of rows) expect(String(row.leased).length).toBeLessThan(150);
});

test("tables that are away are told as unavailable, not as a throttle", async () => {
  const connection = azurite.connectionStringAt(await closedPort());
  const { throttles } = openTables(accessBy(connection), { callTimeoutMs: 300 });
  const instance = tableAppWrites({ throttles, clock: { now: () => start }, limitPerMinute: 10 });
  await expect(instance.take(newApp())).rejects.toThrow(Unavailable);
});
