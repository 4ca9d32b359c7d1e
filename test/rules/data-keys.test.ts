import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dataCipher } from "../../shared/data-keys.ts";

const first = { id: "k1", key: randomBytes(32) };
const second = { id: "k2", key: randomBytes(32) };
const cipher = dataCipher([first]);
const texts = fc.string({ unit: "grapheme" });

test("whatever text is sealed opens again at its place", () => {
  fc.assert(
    fc.property(texts, texts, (text, place) => {
      expect(cipher.open(cipher.seal(text, place), place)).toBe(text);
    }),
  );
});

test("the same text never looks the same twice, and is not to be seen", () => {
  const sealed = Array.from({ length: 100 }, () => cipher.seal("channel", "row"));
  expect(new Set(sealed).size).toBe(100);
  const [, bytes = ""] = (sealed[0] ?? "").split(".");
  expect(Buffer.from(bytes, "base64url").includes("channel")).toBe(false);
});

test("a change of any byte is noticed", () => {
  const [id, text = ""] = cipher.seal("channel", "row").split(".");
  const bytes = Buffer.from(text, "base64url");
  expect(bytes.length).toBe(12 + "channel".length + 16);
  for (const index of bytes.keys()) {
    const tampered = Buffer.from(bytes);
    tampered[index] = (bytes[index] ?? 0) ^ 0x10;
    expect(() => cipher.open(`${id}.${tampered.toString("base64url")}`, "row")).toThrow();
  }
});

test("a text cut short anywhere is noticed", () => {
  const [id, text = ""] = cipher.seal("channel", "row").split(".");
  const bytes = Buffer.from(text, "base64url");
  for (const length of bytes.keys()) {
    expect(() => cipher.open(`${id}.${bytes.subarray(0, length).toString("base64url")}`, "row")).toThrow();
  }
  for (const junk of ["", "k1", "k1.", ".", "k1.!!!"]) expect(() => cipher.open(junk, "row")).toThrow();
});

test("a text moved to another row does not open", () => {
  fc.assert(
    fc.property(texts, texts, (place, other) => {
      fc.pre(place !== other);
      expect(() => cipher.open(cipher.seal("channel", place), other)).toThrow();
    }),
  );
});

test("after a rotation the new key seals and the old one still opens", () => {
  const old = cipher.seal("channel", "row");
  const rotated = dataCipher([second, first]);
  expect(rotated.open(old, "row")).toBe("channel");
  expect(rotated.seal("channel", "row")).toMatch(/^k2\./);
  expect(() => cipher.open(rotated.seal("channel", "row"), "row")).toThrow(/^DATA_KEYS no longer holds the key "k2"/);
});

test("another key of the same id does not open it", () => {
  expect(() => dataCipher([{ ...second, id: "k1" }]).open(cipher.seal("channel", "row"), "row")).toThrow();
});
