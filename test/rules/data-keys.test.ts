import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dataCipher, dataKeysFrom, printDataKeys, readDataKeys } from "../../shared/data-keys.ts";

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

test("only what was sealed opens, to the character: no spare bits, no padding, nothing before or behind", () => {
  const alphabet = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
  for (const text of ["", "a", "ab"]) {
    const sealed = cipher.seal(text, "row");
    expect(cipher.open(sealed, "row")).toBe(text);
    const others = [
      ...alphabet.map((last) => sealed.slice(0, -1) + last),
      ...["=", ".", ".x", " ", "\n"].map((more) => sealed + more),
      ...[" ", ".", "x"].map((more) => more + sealed),
      sealed.replaceAll("-", "+"),
      sealed.replaceAll("_", "/"),
    ];
    for (const other of others) if (other !== sealed) expect(() => cipher.open(other, "row")).toThrow(Error);
  }
});

test("whatever text is given, open throws an Error that does not show it, and never returns", () => {
  const failureOf = (sealed: string, place: string): unknown => {
    try {
      return cipher.open(sealed, place);
    } catch (error) {
      return error;
    }
  };
  fc.assert(
    fc.property(fc.oneof(texts, fc.base64String()), texts, (text, place) => {
      for (const junk of [text, `k1.${text}`]) {
        const failure = failureOf(junk, place);
        expect(failure).toBeInstanceOf(Error);
        if (text.length > 20) expect(String(failure)).not.toContain(text);
      }
    }),
  );
  const content = cipher.seal("channel", "row").slice("k1.".length);
  expect(String(failureOf(`k3.${content}`, "row"))).toMatch(/ the key "k3", with which a stored row was encrypted\.$/);
  const withoutId = "channel".repeat(8);
  expect(String(failureOf(withoutId, "row"))).not.toContain("channel");
});

test("keys are read as they are printed, whatever stands around them, and in their order", () => {
  expect(dataKeysFrom(printDataKeys([second, first]))).toEqual([second, first]);
  expect(dataKeysFrom(` ${printDataKeys([second])} ,\t${printDataKeys([first])}\n`)).toEqual([second, first]);
});

const [k1, k2] = [printDataKeys([first]), printDataKeys([second])];
test.each([
  ["", "part 1 of 1 is empty"],
  ["\n", "part 1 of 1 is empty"],
  [`,${k2}`, "part 1 of 2 is empty"],
  [`${k1},`, "part 2 of 2 is empty"],
  [`${k1},,${k2}`, "part 2 of 3 is empty"],
  [`${k1},k2:`, "part 2 of 2 is no id:key pair with a key of 32 bytes"],
  [`${k1} ${k2}`, "part 1 of 1 is no id:key pair with a key of 32 bytes"],
  [`${k1},${k2.slice(0, -8)}`, "part 2 of 2 is no id:key pair with a key of 32 bytes"],
  [`${k1},${k2},${k2.replace("k2", "k1")}`, "part 3 of 3 has the id of another, k1"],
])("a value of DATA_KEYS that lost a part is refused, and the part is named: case %#", (text, fault) => {
  expect(readDataKeys(text)).toEqual({ kind: "faulty", fault });
});
