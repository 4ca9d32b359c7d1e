import fc from "fast-check";
import { expect, test } from "vitest";
import { preferred } from "../../../../functions/api/prefer.ts";

test.each([
  ["handling=dry-run", "dry-run"],
  ["Handling=Dry-Run", "Dry-Run"],
  ["  handling = dry-run  ", "dry-run"],
  ['handling="dry-run"', "dry-run"],
  ['handling="dry\\-run"', "dry-run"],
  ["handling=dry-run; since=now", "dry-run"],
  ['handling=dry-run;because="a, b; c"', "dry-run"],
  ["return=minimal, handling=dry-run, wait=10", "dry-run"],
  ["respond-async,,handling=dry-run", "dry-run"],
  ['x="a, handling=strict", handling=dry-run', "dry-run"],
  ['x="\\", handling=strict", handling=dry-run', "dry-run"],
  ["handling=dry-run, handling=strict", "dry-run"],
  ["handling=strict, handling=dry-run", "strict"],
  ["handling", ""],
  ["handling=", ""],
  ['handling=""', ""],
  ["handling; x=dry-run", ""],
])("%s: the preference is %j", (header, value) => {
  expect(preferred(header, "handling")).toBe(value);
});

test.each([
  [null],
  [""],
  [","],
  ["return=minimal"],
  ["xhandling=dry-run"],
  ["return=minimal; handling=dry-run"],
  ['x="handling=dry-run"'],
  ['x=", handling=dry-run'],
  ["handling dry-run"],
  ["handling:dry-run"],
])("%j has no such preference", (header) => {
  expect(preferred(header, "handling")).toBeUndefined();
});

test("of any header whatever is made something or nothing, in time that grows with its length only", () => {
  const pieces = fc.constantFrom('"', "\\", ",", ";", "=", " ", "handling", "dry-run", "a", "é");
  fc.assert(fc.property(fc.array(pieces), (parts) => void preferred(parts.join(""), "handling")));
  const around: readonly (readonly [start: string, end: string])[] = [
    ["", ""],
    ["a=", '"a'],
    ['a="', "=a"],
  ];
  const before = process.cpuUsage();
  for (const piece of ['"\\', '"', "\\", "a=", " ", '\\"', "handling ", ";"]) {
    for (const [start, end] of around) preferred(start + piece.repeat(50_000) + end, "handling");
  }
  expect(process.cpuUsage(before).user).toBeLessThan(500_000);
});
