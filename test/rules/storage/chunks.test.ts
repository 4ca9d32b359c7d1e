import fc from "fast-check";
import { expect, test } from "vitest";
import { chunked, joined } from "../../../shared/storage/chunks.ts";
import { anyCharacter } from "../../support/any-character.ts";

/** What one string property of a table holds (64 KiB of UTF-16). */
const unitsMax = 32_768;

const rowWith = (properties: ReturnType<typeof chunked>) => ({
  partitionKey: "p",
  rowKey: "r",
  etag: "1",
  ...properties,
});
const chunksOf = (text: string): string[] => Object.values(chunked("content", text)).map(String);

/** Texts whose length is around a border of chunks, with anything at the border, halves of pairs included. */
const texts = fc
  .tuple(fc.integer({ min: 29_995, max: 30_005 }), fc.integer({ min: 0, max: 3 }), fc.string({ unit: anyCharacter }))
  .map(([before, times, piece]) => ("x".repeat(before) + piece).repeat(times) + piece);
const halves = fc
  .tuple(fc.integer({ min: 29_995, max: 30_000 }), fc.array(fc.constantFrom("\ud83d", "\ude00", "\ud83d\ude00", "x")))
  .map(([before, units]) => "x".repeat(before) + units.join(""));

test("whatever text is spread comes back whole, no chunk is too long and none ends within a pair", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: anyCharacter }), texts, halves), (text) => {
      expect(joined("content", rowWith(chunked("content", text))) === text).toBe(true);
      for (const chunk of chunksOf(text)) expect(chunk.length).toBeLessThanOrEqual(unitsMax);
      const borders = chunksOf(text).map((chunk, index, all) => chunk.slice(-1) + (all[index + 1] ?? "").slice(0, 1));
      for (const border of borders) expect(border).not.toMatch(/^[\ud800-\udbff][\udc00-\udfff]$/);
    }),
  );
});

test("a pair on the border goes to the next chunk whole", () => {
  expect(chunksOf(`${"x".repeat(29_999)}😀`)).toEqual(["x".repeat(29_999), "😀"]);
  expect(chunksOf(`${"x".repeat(29_998)}😀y`)).toEqual([`${"x".repeat(29_998)}😀`, "y"]);
});

test("a text of 64 KiB takes three properties, an empty one takes one", () => {
  expect(Object.keys(chunked("content", "x".repeat(65_536)))).toEqual(["content0", "content1", "content2"]);
  expect(chunked("content", "")).toEqual({ content0: "" });
});

test("a row's other properties are not mistaken for chunks", () => {
  expect(joined("content", { ...rowWith(chunked("content", "text")), content2: "stray", entries0: "else" })).toBe(
    "text",
  );
});
