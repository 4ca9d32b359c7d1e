import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unsidPlaceOf } from "../../../shared/subscription/subscription-row.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { browserOf, jsonLines, newFolder } from "./dumps.ts";
import { imported, newTables, rowsIn } from "./import-into-memory.ts";
import { linesOf } from "./operator.ts";

let folder: Awaited<ReturnType<typeof newFolder>>;
let users: string;
const theirUsers = ["u0", "u1", "u2"];
beforeAll(async () => {
  folder = await newFolder();
  const rows = theirUsers.map((user) => `${user},tenant,object-${user}`);
  users = await folder.write("users.csv", ["user,tenantId,objectId", ...rows].join("\n"));
});
afterAll(() => folder.remove());

const anything = { change: (): void => undefined };
let runs = 0;
const newReport = (): string => folder.path(`report-${String(++runs)}.jsonl`);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const reported = async (path: string) =>
  linesOf(await readFile(path, "utf8"))
    .slice(1)
    .map((one) => ({
      line: Number(one.line),
      outcome: one.outcome,
      id: text(one.id),
      reasons: one.reasons,
      subscriptionId: text(one.subscriptionId),
      unsid: text(one.userNotificationSubscriptionId),
    }));

/** The same browser may be dumped several times, for several users, under several names, with good and with bad members. */
const record = fc
  .record(
    {
      id: fc.constantFrom("a", "b", undefined),
      user: fc.constantFrom(...theirUsers, "stranger", undefined),
      device: fc.constantFrom(undefined, undefined, undefined, "phone"),
      browser: fc.nat(6).map(browserOf),
      wrong: fc.constantFrom(
        ...Array<object>(6).fill({}),
        { keys: { p256dh: "AAAA", auth: "AAAA" } },
        { endpoint: "https://evil.example/" },
        { endpoint: 7 },
      ),
    },
    { noNullPrototype: true },
  )
  .map(({ id, user, device, browser, wrong }) => ({ ...browser, ...wrong, id, user, device }));
const line = fc.oneof(
  { weight: 12, arbitrary: record.map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.constantFrom("null", "[1]", "torn {", '"text"') },
);
const dump = fc.array(line, { minLength: 1, maxLength: 14 }).map((lines) => ['{"user":"nobody"}', ...lines]);

test("every entry of any dump is imported or reported, never both and never neither; order and repeats decide nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      dump.chain((lines) =>
        fc.tuple(
          fc.constant(lines),
          fc.shuffledSubarray(lines.slice(1), { minLength: lines.length - 1 }),
          fc.subarray(lines),
        ),
      ),
      async ([lines, shuffled, repeated]) => {
        const outcomes = [];
        for (const order of [lines, [lines[0]!, ...shuffled, ...repeated]]) {
          const path = await folder.write("dump", order.join("\n"));
          const tables = await newTables(anything);
          const report = newReport();
          const looked = await imported(tables, { path, users, options: { json: true } });
          expect(await rowsIn(tables)).toEqual({ subscriptions: [], holders: [] });
          await imported(tables, { path, users, report });

          const told = await reported(report);
          expect(told.map(({ line: number }) => number).sort((a, b) => a - b)).toEqual(
            order.map((_, index) => index + 1),
          );
          const taken = told.filter(({ outcome }) => outcome === "imported");
          const refused = told
            .filter(({ outcome }) => outcome === "refused")
            .map(({ line: number, reasons }) => ({ line: number, outcome: "refused", reasons }));
          const foretold = linesOf(looked.printed.slice(0, looked.printed.lastIndexOf("}\n") + 1)).filter(
            ({ outcome }) => outcome === "refused",
          );
          expect(foretold).toEqual(expect.arrayContaining(refused));
          expect(refused).toHaveLength(foretold.length);

          const { subscriptions, holders } = await rowsIn(tables);
          const places = new Set(taken.map(({ unsid = "" }) => unsidPlaceOf(unsid).partitionKey));
          expect(new Set(holders.map(({ partitionKey }) => partitionKey))).toEqual(places);
          expect(new Set(subscriptions.map(({ unsidKey }) => unsidKey))).toEqual(places);
          expect(new Set(taken.map(({ subscriptionId }) => `s_${subscriptionId}`))).toEqual(
            new Set(subscriptions.map(({ rowKey }) => rowKey)),
          );
          outcomes.push(
            new Set(subscriptions.map(({ rowKey, channelTag }) => `${rowKey} ${String(channelTag)}`)),
            new Map(
              told.map(({ line: number, outcome, reasons }) => [
                order[number - 1],
                `${String(outcome)} ${String(reasons)}`,
              ]),
            ),
          );
        }
        expect(outcomes.slice(2)).toEqual(outcomes.slice(0, 2));
      },
    ),
    { numRuns: 40 },
  );
});

const six = [0, 1, 2, 3, 4, 5].map((number) => ({
  ...browserOf(number),
  id: `old-${String(number)}`,
  user: theirUsers[number % 3],
}));
const withBad = [...six.slice(0, 3), { ...six[0], user: "stranger", id: "bad" }, ...six.slice(3)];

test("cut short at any change of any row, by a crash or by Ctrl-C, the same command does the rest: the whole, nobody twice, and no UNSID changed", async () => {
  const path = await folder.write("cut", jsonLines(withBad));
  let changes = 0;
  for (let cutAt = 1, isWhole = false; !isWhole; cutAt += 1) {
    for (const how of ["crash", "Ctrl-C"]) {
      changes = 0;
      const stop = new AbortController();
      const before = {
        change: (): void => {
          changes += 1;
          if (changes === cutAt && how === "Ctrl-C") stop.abort();
          if (changes >= cutAt && how === "crash") throw new Unavailable("The table", { cause: undefined });
        },
      };
      const tables = await newTables(before);
      const report = newReport();
      const cut = await imported(tables, { path, users, report, stop: stop.signal });
      isWhole = changes < cutAt;
      if (!isWhole) expect(cut.ended).toMatch(how === "crash" ? /^The table/ : /^Interrupted: \d entries are left/);
      const first = await reported(report);

      before.change = () => undefined;
      await imported(tables, { path, users, report });
      const whole = await reported(report);
      expect(whole.map(({ id }) => id).sort()).toEqual(["bad", ...six.map(({ id }) => id)].sort());
      for (const done of first.filter(({ outcome }) => outcome === "imported")) expect(whole).toContainEqual(done);
      const { subscriptions, holders } = await rowsIn(tables);
      expect([subscriptions.length, holders.length]).toEqual([6, 6]);
      const unsids = whole.flatMap(({ unsid }) => (unsid === undefined ? [] : [unsidPlaceOf(unsid).partitionKey]));
      expect(unsids.sort()).toEqual(holders.map(({ partitionKey }) => partitionKey).sort());
    }
  }
  expect(changes).toBeGreaterThan(20);
});

test("a report with a torn last line is gone on with; its lines are whole again", async () => {
  const path = await folder.write("torn", jsonLines(six));
  const tables = await newTables(anything);
  const report = newReport();
  await imported(tables, { path, users, report });
  const text = await readFile(report, "utf8");
  const before = await reported(report);
  await folder.write(report.slice(report.lastIndexOf("/") + 1), text.slice(0, -40));
  const { printed } = await imported(tables, { path, users, report });
  expect(printed).toContain("6 imported: 0 new, 1 renewed, 5 by an earlier run.");
  expect((await reported(report)).map(({ unsid }) => unsid).sort()).toEqual(before.map(({ unsid }) => unsid).sort());
});

test("of one user's devices no more are taken than a feed may have, by the order of the file, and of one device with two channels neither", async () => {
  const [a, b, c] = [0, 1, 2].map((number) => ({ ...browserOf(number), user: "u0" }));
  const path = await folder.write(
    "many",
    jsonLines([a, b, a, c, { ...browserOf(3), user: "u1", device: "d" }, { ...browserOf(4), user: "u1", device: "d" }]),
  );
  const tables = await newTables(anything);
  const report = newReport();
  const env = { SUBSCRIPTIONS_PER_FEED: "2" };
  const { ended } = await imported(tables, { path, users, report, env });
  expect(ended).toBe("3 of 6 entries were refused.");
  const told = (await reported(report)).toSorted((x, y) => x.line - y.line);
  expect(told.map(({ reasons }) => reasons ?? null)).toEqual([
    null,
    null,
    null,
    ["its user has more than 2 devices here, as many as may be"],
    ...Array<string[]>(2).fill(["another line gives this device another channel, and nothing says which is newer"]),
  ]);
});
