import fc from "fast-check";
import { expect, test } from "vitest";
import { sortedRows } from "./sorted-rows.ts";

const rowOf = (rowKey: string) => ({ partitionKey: "p", rowKey, etag: "1" });

test("rows come in the order of their keys from any key on, however many blocks have come and gone", () => {
  const keys = fc.integer({ min: 0, max: 3_000 }).map((number) => `k${number}`);
  const steps = fc.array(fc.tuple(fc.constantFrom("set", "set", "set", "delete"), keys), {
    minLength: 1_000,
    maxLength: 3_000,
    size: "max",
  });
  fc.assert(
    fc.property(steps, keys, (all, from) => {
      const rows = sortedRows();
      const model = new Set<string>();
      for (const [kind, key] of all) {
        if (kind === "set") rows.set(rowOf(key));
        else rows.delete(key);
        if (kind === "set") model.add(key);
        else model.delete(key);
      }
      const expected = [...model].sort();
      expect([...rows.from("")].map(({ rowKey }) => rowKey)).toEqual(expected);
      expect([...rows.from(from)].map(({ rowKey }) => rowKey)).toEqual(expected.filter((key) => key >= from));
      for (const key of expected) rows.delete(key);
      expect([...rows.from("")]).toEqual([]);
      rows.set(rowOf("again"));
      expect(rows.get("again")).toEqual(rowOf("again"));
    }),
    { numRuns: 30 },
  );
});
