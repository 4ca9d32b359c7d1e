import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { retryAfterSecondsOf } from "../../../shared/channels/outcome.ts";

const now = Date.UTC(1994, 10, 6, 8, 49, 7);

test.each([
  ["0", 0],
  ["120", 120],
  [" 120 ", 120],
  ["0120", 120],
  ["9999999999", 9_999_999_999],
  ["Sun, 06 Nov 1994 08:49:37 GMT", 30],
  ["Sunday, 06-Nov-94 08:49:37 GMT", 30],
  ["Sun Nov  6 08:49:37 1994", 30],
  ["Sun, 06 Nov 1994 08:49:07 GMT", 0],
  ["Sun, 06 Nov 1994 08:00:00 GMT", 0],
])("Retry-After: %s is a wish for %d seconds", (header, seconds) => {
  expect(retryAfterSecondsOf(header, now)).toBe(seconds);
});

test("a date without a zone is UTC, wherever this runs", () => {
  vi.stubEnv("TZ", "America/New_York");
  expect(new Date(now).getTimezoneOffset()).toBe(300);
  expect(retryAfterSecondsOf("Sun Nov  6 08:49:37 1994", now)).toBe(30);
});

test("a date is never undercut by rounding", () => {
  expect(retryAfterSecondsOf("Sun, 06 Nov 1994 08:49:37 GMT", now + 1)).toBe(30);
});

test.each([
  undefined,
  "",
  " ",
  "soon",
  "-5",
  "1.5",
  "5 apples",
  "junk 1",
  "Retry 2099",
  "2099-01-01T00:00:00Z",
  "Sun, 36 Nov 1994 08:49:37 GMT",
  "Sun, 06 Nov 1994 08:49:37",
  "NaN",
  "Infinity",
  "0x10",
])("Retry-After: %j is no wish", (header) => {
  expect(retryAfterSecondsOf(header, now)).toBeUndefined();
});

test("of several the longest is kept to, whatever the others say", () => {
  expect(retryAfterSecondsOf(["10", "Sun, 06 Nov 1994 08:49:37 GMT", "soon"], now)).toBe(30);
  expect(retryAfterSecondsOf(["soon", "later"], now)).toBeUndefined();
  expect(retryAfterSecondsOf([], now)).toBeUndefined();
});

test("whatever a vendor writes, the wish is a number of seconds from zero on, or none", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d+$/), fc.date().map(String)), (header) => {
      const seconds = retryAfterSecondsOf(header, now);
      expect(seconds === undefined || seconds >= 0).toBe(true);
    }),
  );
});

test("every date as HTTP writes it is read back", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(now), max: new Date(Date.UTC(2200, 0)), noInvalidDate: true }), (date) => {
      expect(retryAfterSecondsOf(date.toUTCString(), now)).toBe(Math.floor((date.getTime() - now) / 1_000));
    }),
  );
});
