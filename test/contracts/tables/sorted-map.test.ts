import fc from "fast-check";
import { expect, test } from "vitest";
import { sortedMap } from "../../../infra/local/tables/sorted-map.ts";

test("values come in the order of their keys from any key on, however many blocks have come and gone", () => {
  const keys = fc.integer({ min: 0, max: 3_000 }).map((number) => `k${number}`);
  const steps = fc.array(fc.tuple(fc.constantFrom("set", "set", "set", "delete"), keys), {
    minLength: 1_000,
    maxLength: 3_000,
    size: "max",
  });
  fc.assert(
    fc.property(steps, keys, (all, from) => {
      const map = sortedMap<string>();
      const model = new Set<string>();
      for (const [kind, key] of all) {
        if (kind === "set") map.set(key, `of ${key}`);
        else map.delete(key);
        if (kind === "set") model.add(key);
        else model.delete(key);
      }
      const expected = [...model].sort();
      expect([...map.from("")]).toEqual(expected.map((key) => `of ${key}`));
      expect([...map.from(from)]).toEqual(expected.filter((key) => key >= from).map((key) => `of ${key}`));
      for (const key of expected) map.delete(key);
      expect([...map.from("")]).toEqual([]);
      expect(map.isEmpty()).toBe(true);
      map.set("again", "here");
      expect(map.get("again")).toBe("here");
      expect(map.isEmpty()).toBe(false);
    }),
    { numRuns: 30 },
  );
});
