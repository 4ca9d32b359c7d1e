import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { expect, test } from "vitest";
import { backupLines, saidIn } from "../../../infra/ops/backup/lines.ts";
import { noCounts, type Kept } from "../../../infra/ops/backup/records.ts";
import { columnsOfJson, jsonOfColumns, rowOfJson, type ColumnValue } from "../../../infra/ops/backup/row-json.ts";
import type { Row, RowValue } from "../../../shared/storage/table.ts";
import { anyCharacter } from "../../support/any-character.ts";

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z_]\w{0,9}$/),
  fc.constantFrom("__proto__", "constructor", "toString", "odata", "check", "kind"),
);
const date = fc.date({ noInvalidDate: true, min: new Date("0001-01-02"), max: new Date("9999-12-31") });
const ours: fc.Arbitrary<RowValue> = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.constantFrom("\u2028", "\ud800", '","check":"0123456789abcdef"}', "\n"),
  fc.boolean(),
  fc.integer(),
  fc.double({ noInteger: true, noNaN: true, noDefaultInfinity: true }),
  date,
);
const any: fc.Arbitrary<ColumnValue> = fc.oneof(
  ours,
  fc.double(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.uint8Array(),
  fc.uuid().map((value) => ({ type: "Guid", value }) as const),
);
const columns = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(name, value), { maxLength: 6 }).map((entries) => Object.fromEntries(entries));
const row: fc.Arbitrary<Row> = fc
  .record({ keys: fc.tuple(fc.string(), fc.string()), values: columns(ours) })
  .map(({ keys: [partitionKey, rowKey], values }) => ({ ...values, partitionKey, rowKey }));

test("a column of any type that Table Storage has is in JSON what it was, and of the same type", () => {
  fc.assert(
    fc.property(columns(any), (values) => {
      const text = JSON.stringify(jsonOfColumns(values));
      deepStrictEqual(columnsOfJson(JSON.parse(text)), values);
    }),
  );
});

test("a row with a type that no row of ours has, without keys, or of a type nobody knows is none", () => {
  const keys = { partitionKey: "p", rowKey: "r" };
  expect(rowOfJson(keys)).toEqual(keys);
  const none: unknown[] = [
    { partitionKey: "p" },
    { ...keys, rowKey: 1 },
    jsonOfColumns({ ...keys, big: 1n }),
    jsonOfColumns({ ...keys, bytes: new Uint8Array(1) }),
    { ...keys, at: "today", "at@odata.type": "Edm.DateTime" },
    { ...keys, at: 7, "at@odata.type": "Edm.DateTime" },
    { ...keys, at: "7", "at@odata.type": "Edm.Later" },
    { ...keys, inner: {} },
    { ...keys, list: [] },
    { ...keys, nothing: null },
    [keys],
    "p",
    null,
    undefined,
  ];
  for (const one of none) expect(rowOfJson(one)).toBeUndefined();
});

const kept: fc.Arbitrary<Kept> = fc.oneof(
  fc.record({ kind: fc.constantFrom("app" as const, "block" as const), row }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("subscription" as const), row, unsid: row }, { noNullPrototype: true }),
);
const heading = { from: "a place", beganAt: Date.parse("2026-11-23T01:02:03.004Z") };
const collected = async <T>(all: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const one of all) found.push(one);
  return found;
};
async function* each<T>(all: readonly T[]): AsyncGenerator<T> {
  for (const one of all) yield await Promise.resolve(one);
}
const written = async (all: readonly Kept[]): Promise<string[]> => {
  const lines = await collected(
    backupLines(heading, each(all), { now: () => heading.beganAt, ended: () => undefined }),
  );
  return lines.map((line) => line.slice(0, -1));
};
const read = (lines: readonly string[]) => collected(saidIn("file", each(lines)));

test("what was written is read, in its order, with its counts; every line is JSON of its own", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(kept, { maxLength: 8 }), async (all) => {
      const lines = await written(all);
      for (const line of lines) expect(line).not.toMatch(/\n/);
      const said = await read(lines);
      expect(said[0]).toEqual({ kind: "heading", heading });
      deepStrictEqual(
        said.slice(1, -1),
        all.map((one, index) => ({ kind: "kept", line: index + 2, kept: one })),
      );
      const counts = { ...noCounts };
      for (const { kind } of all) counts[kind] += 1;
      expect(said.at(-1)).toMatchObject({ kind: "ending", ending: { counts } });
    }),
    { numRuns: 50 },
  );
});

test("a row that this version cannot read, for somebody gave it a column of another type, is a line like others and spoils no backup", async () => {
  const strange = { partitionKey: "a", rowKey: "app", edited: 1n } as unknown as Row;
  const said = await read(await written([{ kind: "app", row: strange }]));
  expect(said).toMatchObject([{}, { kind: "kept", line: 2, kept: undefined }, { ending: { counts: { app: 1 } } }]);
});

test("a backup that breaks off anywhere, lacks a line, has one twice or elsewhere, or a changed character, is refused, and the line is named", async () => {
  const some: Kept[] = ["a", "b", "c"].map((partitionKey) => ({ kind: "app", row: { partitionKey, rowKey: "app" } }));
  const lines = await written(some);
  for (let length = 1; length < lines.length; length += 1)
    await expect(read(lines.slice(0, length))).rejects.toThrow(`breaks off after line ${length}`);
  await expect(read([])).rejects.toThrow("is empty");
  for (let at = 1; at < lines.length; at += 1) {
    const lacking = read(lines.toSpliced(at, 1));
    await expect(lacking).rejects.toThrow(at === lines.length - 1 ? `after line ${at}` : `in line ${at + 1}`);
    const twice = read(lines.toSpliced(at, 0, lines[at]!));
    await expect(twice).rejects.toThrow(new RegExp(`in line ${at + 2}\\b`));
  }
  await expect(read(lines.with(1, lines[2]!).with(2, lines[1]!))).rejects.toThrow("in line 2");
  await fc.assert(
    fc.asyncProperty(
      fc.nat(lines.length - 1),
      fc.nat(),
      fc.constantFrom("", "x", "0", '"', " "),
      async (at, where, put) => {
        const line = lines[at]!;
        const index = where % line.length;
        const changed = line.slice(0, index) + put + line.slice(index + 1);
        fc.pre(changed !== line);
        await expect(read(lines.with(at, changed))).rejects.toThrow(at === 0 ? "line 1" : `line ${at + 1}`);
      },
    ),
  );
});

test("a file of something else, and a backup of another format, are told as what they are", async () => {
  await expect(read(['{"some":"thing"}'])).rejects.toThrow(
    "is no backup of Fanfare, or not as it was written in line 1",
  );
  await expect(read(["partitionKey,rowKey"])).rejects.toThrow("is no backup of Fanfare");
});
