import fc from "fast-check";
import { expect, test } from "vitest";
import { originPace, type Begun, type End, type OriginPace } from "../../../shared/delivery/origin-pace.ts";

/** Sends and answers one after another. */
const serve = (pace: OriginPace, count: number): void => {
  for (let left = count; left > 0; left -= 1) pace.end(pace.begin(0), "served", 10);
};
/** So many at once, at ten milliseconds, when it has just been heard. */
const fill = (pace: OriginPace, count: number): Begun[] => {
  serve(pace, 1);
  return Array.from({ length: Math.min(count, pace.room(10)) }, () => pace.begin(10));
};

test("an origin is given its whole limit at first", () => {
  const pace = originPace({ most: 64, darkMost: 8 });
  expect(fill(pace, 100)).toHaveLength(64);
  expect(pace.room(10)).toBe(0);
});

test.each<End>(["pushed-back", "silent"])("%s halves the limit, once for all that was out at that moment", (end) => {
  const pace = originPace({ most: 64, darkMost: 8 });
  const out = fill(pace, 40);
  for (const request of out) pace.end(request, end, 20);
  expect(pace.limit()).toBe(32);
  pace.end(pace.begin(20), end, 30);
  expect(pace.limit()).toBe(16);
});

test("a limit is one at least, and one answered badly again and again stays there", () => {
  const pace = originPace({ most: 64, darkMost: 8 });
  for (let times = 0; times < 20; times += 1) pace.end(pace.begin(0), "pushed-back", 10);
  expect(pace.limit()).toBe(1);
  expect(pace.room(10)).toBe(1);
});

test("a limit grows by one after as many good answers as it is high, and never above the most", () => {
  const pace = originPace({ most: 8, darkMost: 8 });
  for (let times = 0; times < 2; times += 1) pace.end(pace.begin(0), "silent", 10);
  expect(pace.limit()).toBe(2);
  serve(pace, 2);
  expect(pace.limit()).toBe(3);
  serve(pace, 2);
  expect(pace.limit()).toBe(3);
  serve(pace, 1);
  expect(pace.limit()).toBe(4);
  serve(pace, 1_000);
  expect(pace.limit()).toBe(8);
});

test("what may not have reached the origin changes nothing", () => {
  const pace = originPace({ most: 8, darkMost: 8 });
  pace.end(pace.begin(0), "silent", 10);
  for (let times = 0; times < 20; times += 1) pace.end(pace.begin(0), "unknown", 9_000);
  expect(pace.limit()).toBe(4);
  expect(pace.isSlow(9_000)).toBe(false);
});

test("no more than eight go out while nothing is heard; any answer lets the others go", () => {
  const pace = originPace({ most: 64, darkMost: 8 });
  const [first, second] = Array.from({ length: 8 }, () => pace.begin(0));
  expect(pace.room(0)).toBe(0);
  if (first) pace.end(first, "pushed-back", 20);
  expect(pace.room(20)).toBe(25); // half of 64, less the seven
  expect(pace.room(71)).toBe(8);
  for (let left = 8; left > 0; left -= 1) pace.begin(71);
  expect(pace.room(71)).toBe(0);
  if (second) pace.end(second, "silent", 80); // had gone before the answer, so it took nobody's place
  expect(pace.room(80)).toBe(0);
});

test("one that came to nothing gives its place to the next, heard or not", () => {
  const pace = originPace({ most: 64, darkMost: 8 });
  const [first] = Array.from({ length: 8 }, () => pace.begin(0));
  if (first) pace.end(first, "silent", 10);
  expect(pace.room(10)).toBe(1);
});

test("an origin is slow when its usual answer, or the one that is longest under way, takes more than half a second", () => {
  const pace = originPace({ most: 64, darkMost: 8 });
  serve(pace, 20);
  const late = pace.begin(1_000);
  expect(pace.isSlow(1_500)).toBe(false);
  expect(pace.isSlow(1_501)).toBe(true);
  pace.end(late, "silent", 9_000);
  expect(pace.isSlow(9_000)).toBe(true); // one silence of eight seconds weighs that much
  serve(pace, 8);
  expect(pace.isSlow(9_000)).toBe(false);
});

const ends = fc.constantFrom<End>("served", "pushed-back", "silent", "unknown");
const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(), ends, fc.nat(500)), { maxLength: 300 });

test("whatever comes back in whatever order, no limit is exceeded, and when all are back there is room", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), steps, (most, plan) => {
      const pace = originPace({ most, darkMost: 8 });
      const out: Begun[] = [];
      let now = 0;
      for (const [isBegin, which, end, passing] of plan) {
        now += passing;
        expect(pace.limit()).toBeGreaterThanOrEqual(1);
        expect(pace.limit()).toBeLessThanOrEqual(most);
        expect(pace.out()).toBe(out.length);
        if (isBegin && pace.room(now) > 0) {
          out.push(pace.begin(now));
          expect(pace.out()).toBeLessThanOrEqual(pace.limit());
        }
        const [request] = isBegin ? [] : out.splice(which % Math.max(1, out.length), 1);
        if (request) pace.end(request, end, now);
      }
      for (const request of out) pace.end(request, "silent", now);
      expect(pace.room(now + 100)).toBeGreaterThanOrEqual(1);
    }),
  );
});
