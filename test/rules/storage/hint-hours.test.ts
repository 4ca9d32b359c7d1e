import fc from "fast-check";
import { expect, test } from "vitest";
import { endOfHintsHour, hintPartition, hintsEndedBy } from "../../../shared/storage/hint-hours.ts";
import { now } from "../samples.ts";

test.each([
  ["2026-01-31T12:00:00.000Z", "2026-01-31T13_a"],
  ["2026-01-31T12:59:59.999Z", "2026-01-31T13_a"],
  ["2026-01-31T23:30:00.000Z", "2026-02-01T00_a"],
])("what expires at %s is hinted at under %s", (expiresAt, partition) => {
  expect(hintPartition("abc", Date.parse(expiresAt))).toBe(partition);
});

const instants = fc.integer({ min: now, max: now + 40 * 86_400_000 });
const names = fc.stringMatching(/^[\w-]{43}$/);

test("a hint is met as soon as its hour has ended, and never before all it is about has expired", () => {
  fc.assert(
    fc.property(names, instants, instants, (name, expiresAt, time) => {
      const partition = hintPartition(name, expiresAt);
      const end = endOfHintsHour(partition);
      expect(end).toBeGreaterThan(expiresAt);
      expect(end - expiresAt).toBeLessThanOrEqual(3_600_000);
      expect(partition < hintsEndedBy(time)).toBe(end <= time);
    }),
  );
});

test("older hours come first", () => {
  fc.assert(
    fc.property(names, names, instants, instants, (one, other, a, b) => {
      const [first, second] = [hintPartition(one, a), hintPartition(other, b)];
      fc.pre(endOfHintsHour(first) !== endOfHintsHour(second));
      expect(first < second).toBe(endOfHintsHour(first) < endOfHintsHour(second));
    }),
  );
});
