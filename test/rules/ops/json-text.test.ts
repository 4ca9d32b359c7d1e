import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText } from "../../../infra/ops/user/json-text.ts";

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}
const joined = async (value: unknown, isIndented: boolean): Promise<string> => {
  let text = "";
  for await (const piece of jsonText(value, { isIndented })) text += piece;
  return text;
};

test("what is still being read is told as JSON.stringify would tell it read, on one line or indented", async () => {
  const lists = fc.array(fc.jsonValue(), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lists, lists, fc.jsonValue(), async (outer, inner, plain) => {
      const read = { outer, within: [{ inner, plain }], last: plain };
      const streamed = () => ({ outer: each(outer), within: each([{ inner: each(inner), plain }]), last: plain });
      expect(JSON.parse(await joined(streamed(), false))).toEqual(JSON.parse(JSON.stringify(read)));
      expect(await joined(streamed(), false)).not.toContain("\n");
      expect(JSON.parse(await joined(streamed(), true))).toEqual(JSON.parse(JSON.stringify(read)));
    }),
    { numRuns: 50 },
  );
  expect(await joined({ a: each([{ b: 1 }]), c: each([]) }, true)).toBe(
    JSON.stringify({ a: [{ b: 1 }], c: [] }, undefined, 2),
  );
});

test("nothing in it drives the terminal of whoever looks at the file", async () => {
  const hostile = "a\u001b[31m\u009b2J\u202e";
  const text = await joined({ rows: each([{ [hostile]: hostile }]), [hostile]: hostile }, true);
  expect(text).toMatch(/^[ -~\n]+$/);
  expect(JSON.parse(text)).toEqual({ rows: [{ [hostile]: hostile }], [hostile]: hostile });
});

test("a document of any length comes in pieces, and is never whole in memory", async () => {
  let longest = 0;
  let total = 0;
  const many = Array.from({ length: 10_000 }, (_, index) => ({ index, words: "w".repeat(100) }));
  for await (const piece of jsonText({ many: each(many) }, { isIndented: true })) {
    longest = Math.max(longest, piece.length);
    total += piece.length;
  }
  expect(total).toBeGreaterThan(1_000_000);
  expect(longest).toBeLessThan(70_000);
});
