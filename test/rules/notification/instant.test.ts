import fc from "fast-check";
import { expect, test } from "vitest";
import { parseInstant, printInstant } from "../../../shared/notification/instant.ts";

const noon = Date.UTC(2026, 0, 31, 12);

test.each([
  ["2026-01-31T12:00:00Z", noon],
  ["2026-01-31t12:00:00z", noon],
  ["2026-01-31 12:00:00Z", noon],
  ["2026-01-31T12:00:00.000Z", noon],
  ["2026-01-31T12:00Z", noon],
  ["2026-01-31T12:00:00", noon],
  ["2026-01-31T12:00:00.25", noon + 250],
  ["2026-01-31T12:00:00.1234567Z", noon + 123],
  ["2026-01-31T12:00:00.123456789Z", noon + 123],
  ["2026-01-31", Date.UTC(2026, 0, 31)],
  ["2026-01-31T13:00:00+01:00", noon],
  ["2026-01-31T13:00:00+0100", noon],
  ["2026-01-31T06:30:00-05:30", noon],
  ["2026-02-01T02:00:00+14:00", noon],
  ["2026-01-31T12:00:00-00:00", noon],
  ["2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29)],
])("%s is read as an instant, no zone as UTC", (text, epochMs) => {
  expect(parseInstant(text)).toBe(epochMs);
});

test.each([
  "2026-02-30T12:00:00Z",
  "2026-02-29",
  "2026-04-31",
  "2026-13-01",
  "2026-00-10",
  "2026-01-00",
  "2026-01-31T24:00:00Z",
  "2026-01-31T12:60:00Z",
  "2026-01-31T12:00:60Z",
  "2026-01-31T12:00:00+15:00",
  "2026-01-31T12:00:00+01:60",
  "2026-01-31T12:00:00.Z",
  "2026-01-31T12:00:00.1234567890Z",
  "2026-01-31T12Z",
  "2026-1-31",
  "26-01-31",
  "+002026-01-31T12:00:00Z",
  "31.01.2026",
  "Sat, 31 Jan 2026 12:00:00 GMT",
  "1769860800000",
  " 2026-01-31",
  "2026-01-31\n",
  "2026-01-31T12:00:00 Z",
  "tomorrow",
  "",
])("%j is no instant", (text) => {
  expect(parseInstant(text)).toBeUndefined();
});

test.each([
  [noon, "2026-01-31T12:00:00Z"],
  [noon + 250, "2026-01-31T12:00:00.25Z"],
  [noon + 100, "2026-01-31T12:00:00.1Z"],
  [noon + 7, "2026-01-31T12:00:00.007Z"],
  [noon + 120, "2026-01-31T12:00:00.12Z"],
])("an instant is printed in UTC with the fraction's trailing zeros trimmed: %i", (epochMs, text) => {
  expect(printInstant(epochMs)).toBe(text);
});

const yearsOfFourDigits = fc.integer({ min: Date.UTC(-1, 12), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });

test("what is printed is read back to the same millisecond", () => {
  fc.assert(
    fc.property(yearsOfFourDigits, (epochMs) => {
      expect(parseInstant(printInstant(epochMs))).toBe(epochMs);
    }),
  );
});

test("any text is either an instant or none, never an error", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const epochMs = parseInstant(text);
      expect(epochMs === undefined || Number.isInteger(epochMs)).toBe(true);
    }),
  );
});
