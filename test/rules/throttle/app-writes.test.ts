import fc from "fast-check";
import { expect, test } from "vitest";
import { RowConflict, type Change, type StoredRow } from "../../../shared/storage/table.ts";
import { tableAppWrites } from "../../../shared/throttle/app-writes.table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";

const start = Date.parse("2026-01-31T12:00:00.000Z");
const handClock = () => {
  const clock = { at: start, now: () => clock.at };
  return clock;
};

/** One row, swapped by its version: what the throttle needs of a table. */
const oneRow = () => {
  let row: StoredRow | undefined;
  const table = {
    requests: 0,
    failWith: undefined as Error | undefined,
    find: (): Promise<StoredRow | undefined> => {
      table.requests += 1;
      return table.failWith ? Promise.reject(table.failWith) : Promise.resolve(row);
    },
    write: (change: Change): Promise<void> => {
      table.requests += 1;
      const isMet = change.kind === "replace" ? change.ifMatch === row?.etag : change.kind === "insert" && !row;
      if (!isMet || change.kind === "delete") return Promise.reject(new RowConflict("Somebody was sooner."));
      row = { ...change.row, etag: String(Number(row?.etag ?? 0) + 1) };
      return Promise.resolve();
    },
  };
  return table;
};

type Instance = ReturnType<typeof tableAppWrites>;
const passes = (instance: Instance): Promise<boolean> =>
  instance.take("app").then(
    () => true,
    () => false,
  );

test("at a steady 80 % of the limit nobody is refused, however many instances share it", async () => {
  const loads = fc.record({ limit: fc.integer({ min: 1, max: 1_500 }), instances: fc.integer({ min: 1, max: 100 }) });
  await fc.assert(
    fc.asyncProperty(loads, async ({ limit, instances }) => {
      const clock = handClock();
      const throttles = oneRow();
      const all = Array.from({ length: instances }, () => tableAppWrites({ throttles, clock, limitPerMinute: limit }));
      const everyMs = 60_000 / (0.8 * limit);
      let refused = 0;
      for (let index = 0; index * everyMs < 100_000; index += 1) {
        clock.at = start + Math.floor(index * everyMs);
        if (!(await passes(all[(index * 7) % instances]!))) refused += 1;
      }
      expect(refused).toBe(0);
    }),
    { numRuns: 15, examples: [[{ limit: 6_000, instances: 100 }], [{ limit: 6_000, instances: 2 }]] },
  );
});

test("however many come, no minute lets more than the limit pass", async () => {
  const loads = fc.record({ limit: fc.integer({ min: 1, max: 300 }), instances: fc.integer({ min: 1, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(loads, fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 20 }), async (load, gaps) => {
      const clock = handClock();
      const throttles = oneRow();
      const all = Array.from({ length: load.instances }, () =>
        tableAppWrites({ throttles, clock, limitPerMinute: load.limit }),
      );
      const passed: number[] = [];
      for (const gap of gaps) {
        clock.at += gap;
        const came = await Promise.all(Array.from({ length: 100 }, (_, index) => passes(all[index % all.length]!)));
        passed.push(...came.filter(Boolean).map(() => clock.at));
        expect(passed.filter((at) => at > clock.at - 60_000).length).toBeLessThanOrEqual(load.limit);
      }
    }),
    { numRuns: 10 },
  );
});

test("most writes cost no request", async () => {
  const throttles = oneRow();
  const instance = tableAppWrites({ throttles, clock: handClock(), limitPerMinute: 60_000 });
  for (let index = 0; index < 1_000; index += 1) await instance.take("app");
  expect(throttles.requests).toBeLessThan(150);
});

test("those who come together share one lease, each with a permit of its own", async () => {
  const throttles = oneRow();
  const instance = tableAppWrites({ throttles, clock: handClock(), limitPerMinute: 500 });
  await Promise.all(Array.from({ length: 200 }, () => instance.take("app")));
  expect(throttles.requests).toBe(2);
});

test("an app at its limit is told the start of the slot in which one passes, without a request until then", async () => {
  const clock = handClock();
  const throttles = oneRow();
  const instance = tableAppWrites({ throttles, clock, limitPerMinute: 3 });
  await Promise.all([instance.take("app"), instance.take("app"), instance.take("app")]);
  const { requests } = throttles;
  clock.at += 12_300;
  await expect(instance.take("app")).rejects.toMatchObject({ kind: "busy", retryAfterSeconds: 58 });
  clock.at = start + 69_999;
  await expect(instance.take("app")).rejects.toMatchObject({ kind: "busy", retryAfterSeconds: 1 });
  expect(throttles.requests).toBe(requests);
  clock.at = start + 70_000;
  await instance.take("app");
});

test("one app's permits are no other's", async () => {
  const row = new Map<string, ReturnType<typeof oneRow>>();
  const of = (partitionKey: string) => row.get(partitionKey) ?? row.set(partitionKey, oneRow()).get(partitionKey)!;
  const throttles = {
    find: (partitionKey: string) => of(partitionKey).find(),
    write: (change: Change) => of("row" in change ? change.row.partitionKey : "").write(change),
  };
  const instance = tableAppWrites({ throttles, clock: handClock(), limitPerMinute: 1 });
  await instance.take("one");
  await expect(instance.take("one")).rejects.toMatchObject({ kind: "busy" });
  await instance.take("other");
  expect([...row.keys()].join()).not.toMatch(/one|other/);
});

test("a permit given back is there for the next, once, and only within its slot", async () => {
  const clock = handClock();
  const instance = tableAppWrites({ throttles: oneRow(), clock, limitPerMinute: 2 });
  const first = await instance.take("app");
  await instance.take("app");
  first.giveBack();
  first.giveBack();
  const again = await instance.take("app");
  await expect(instance.take("app")).rejects.toMatchObject({ kind: "busy" });
  clock.at += 10_000;
  again.giveBack();
  await expect(instance.take("app")).rejects.toMatchObject({ kind: "busy" });
});

test("permits end with their slot", async () => {
  const clock = handClock();
  const throttles = oneRow();
  const instance = tableAppWrites({ throttles, clock, limitPerMinute: 60_000 });
  await instance.take("app");
  const { requests } = throttles;
  clock.at += 9_999;
  await instance.take("app");
  expect(throttles.requests).toBe(requests);
  clock.at += 1;
  await instance.take("app");
  expect(throttles.requests).toBe(requests + 2);
});

test("an instance whose clock lags leases for the slot that others are in, and uses it", async () => {
  const throttles = oneRow();
  const ahead = handClock();
  const behind = handClock();
  ahead.at += 10_000;
  await tableAppWrites({ throttles, clock: ahead, limitPerMinute: 2 }).take("app");
  const instance = tableAppWrites({ throttles, clock: behind, limitPerMinute: 2 });
  await instance.take("app");
  await expect(instance.take("app")).rejects.toMatchObject({ kind: "busy", retryAfterSeconds: 80 });
});

test("whoever set the limit to a thousand million is never refused", async () => {
  const instance = tableAppWrites({ throttles: oneRow(), clock: handClock(), limitPerMinute: 1_000_000_000 });
  await Promise.all(Array.from({ length: 5_000 }, () => instance.take("app")));
});

test("storage away is told as such to all who wait, and asked again by the next", async () => {
  const throttles = oneRow();
  const instance = tableAppWrites({ throttles, clock: handClock(), limitPerMinute: 10 });
  throttles.failWith = new Unavailable("Table storage", { cause: undefined });
  const came = await Promise.allSettled([instance.take("app"), instance.take("app")]);
  for (const one of came) expect(one).toMatchObject({ status: "rejected", reason: throttles.failWith });
  throttles.failWith = undefined;
  await instance.take("app");
});
