import fc from "fast-check";
import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { admit, noUsage, parseUsage, printUsage, type Limits, type Usage } from "../../../shared/throttle/usage.ts";

const start = Date.parse("2026-01-31T12:00:00.123Z");
const { second, minute, hour, day } = milliseconds;
const slot = 5 * minute;
const plenty = Number.MAX_SAFE_INTEGER;

/** Keeps every time for ever, and counts them by the contract's words. */
const naive = ({ per5Minutes, perDay }: Limits) => {
  const times: number[] = [];
  let lastAt = 0;
  const countedInDay = (time: number, now: number): boolean => (Math.floor(time / slot) + 1) * slot > now - day;
  return {
    times,
    admits: (given: number): boolean => {
      const now = Math.max(given, lastAt);
      const recent = times.filter((time) => time > now - slot).length;
      if (recent >= per5Minutes || times.filter((time) => countedInDay(time, now)).length >= perDay) return false;
      times.push(now);
      lastAt = now;
      return true;
    },
  };
};

/** Arrivals by the pauses between them: bursts, five-minute and whole-day pauses among them, and clocks that lag. */
const pauses = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 90 * second }) },
    { weight: 3, arbitrary: fc.constantFrom(0, 1, slot - 1, slot, slot + 1) },
    { weight: 1, arbitrary: fc.constantFrom(hour, day - slot, day - 1, day, day + 1, day + slot) },
    { weight: 2, arbitrary: fc.integer({ min: -3 * second, max: -1 }) },
  ),
  { maxLength: 120, size: "max" },
);
const arrivalsOf = (steps: readonly number[]): number[] => {
  let now = start;
  return steps.map((step) => (now += step));
};
const fewLimits = fc.record({
  per5Minutes: fc.integer({ min: 1, max: 12 }),
  perDay: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(plenty)),
});

test("up to 1,000 in five minutes, exactly those are refused that a count of every time refuses, whatever the clocks", () => {
  fc.assert(
    fc.property(pauses, fewLimits, (steps, limits) => {
      const model = naive(limits);
      let usage = noUsage;
      for (const now of arrivalsOf(steps)) {
        const admission = admit(usage, limits, now);
        expect(admission.kind).toBe(model.admits(now) ? "admitted" : "full");
        // As it would be kept: printed, and read again.
        if (admission.kind === "admitted") usage = parseUsage(printUsage(admission.usage));
      }
    }),
  );
});

test("no five minutes and no 24 hours ever hold more than their limit", () => {
  fc.assert(
    fc.property(pauses, fewLimits, (steps, limits) => {
      let usage = noUsage;
      const admitted: number[] = [];
      for (const now of arrivalsOf(steps)) {
        const admission = admit(usage, limits, now);
        if (admission.kind === "full") continue;
        usage = admission.usage;
        admitted.push(Math.max(now, admitted.at(-1) ?? 0));
        const within = (window: number): number => admitted.filter((at) => at > admitted.at(-1)! - window).length;
        expect(within(slot)).toBeLessThanOrEqual(limits.per5Minutes);
        expect(within(day)).toBeLessThanOrEqual(limits.perDay);
      }
    }),
  );
});

test("whoever is refused passes at the millisecond told, and not one before", () => {
  fc.assert(
    fc.property(pauses, fewLimits, (steps, limits) => {
      let usage = noUsage;
      for (const now of arrivalsOf(steps)) {
        const admission = admit(usage, limits, now);
        if (admission.kind === "full") {
          expect(admit(usage, limits, admission.until - 1).kind).toBe("full");
          expect(admit(usage, limits, admission.until).kind).toBe("admitted");
        } else usage = admission.usage;
      }
    }),
  );
});

test("a limit that was lowered or raised meanwhile is the one that counts, and what was told stays true", () => {
  fc.assert(
    fc.property(pauses, fc.infiniteStream(fc.constantFrom(2, 5, 1_001, plenty)), (steps, changing) => {
      let usage = noUsage;
      for (const now of arrivalsOf(steps)) {
        const limits = { per5Minutes: changing.next().value ?? 2, perDay: 1_000 };
        const admission = admit(usage, limits, now);
        if (admission.kind === "admitted") usage = parseUsage(printUsage(admission.usage));
        else {
          expect(admit(usage, limits, admission.until - 1).kind).toBe("full");
          expect(admit(usage, limits, admission.until).kind).toBe("admitted");
        }
      }
    }),
  );
});

test("the hundredth of five minutes passes, the next one does not until the first has left", () => {
  const limits = { per5Minutes: 100, perDay: 8_000 };
  let usage = noUsage;
  for (let index = 0; index < 100; index += 1) usage = admitted(usage, limits, start + index);
  expect(admit(usage, limits, start + 200)).toEqual({ kind: "full", until: start + slot });
  usage = admitted(usage, limits, start + slot);
  expect(admit(usage, limits, start + slot)).toEqual({ kind: "full", until: start + slot + 1 });
});

test("an instance whose clock lags decides as if it were as late as the last admission, and moves nothing back", () => {
  const limits = { per5Minutes: 2, perDay: 8_000 };
  const two = admitted(admitted(noUsage, limits, start), limits, start + slot);
  const three = admitted(two, limits, start + slot - minute);
  expect(admit(three, limits, start + slot - minute)).toEqual({ kind: "full", until: start + 2 * slot });
});

test("the 8,000th of a day passes, the next one does not until the first five minutes of it have left", () => {
  const limits = { per5Minutes: 100, perDay: 8_000 };
  const usage = steady(limits, { count: 8_000, everyMs: 10 * second });
  const firstSlotEnds = (Math.floor(start / slot) + 1) * slot;
  const now = start + 8_000 * 10 * second;
  expect(admit(usage, limits, now)).toEqual({ kind: "full", until: firstSlotEnds + day });
});

test("above 1,000, never more than the limit are admitted, nor fewer than within a second of five minutes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_001, max: 1_100 }), fc.integer({ min: 170, max: 260 }), (per5Minutes, everyMs) => {
      const limits = { per5Minutes, perDay: plenty };
      let usage = noUsage;
      const times: number[] = [];
      for (let index = 0; index < 2_000; index += 1) {
        const now = start + index * everyMs;
        const admission = admit(usage, limits, now);
        const within = (window: number): number => times.length - (times.findLastIndex((at) => at <= now - window) + 1);
        if (admission.kind === "admitted") {
          expect(within(slot)).toBeLessThan(per5Minutes);
          times.push(now);
          usage = admission.usage;
        } else {
          expect(within(slot + second)).toBeGreaterThanOrEqual(per5Minutes);
          expect(admit(usage, limits, admission.until - 1).kind).toBe("full");
          expect(admit(usage, limits, admission.until).kind).toBe("admitted");
        }
      }
    }),
    { numRuns: 8 },
  );
});

test("the text is short at the default limits, and below 8,000 characters for limits up to a million", () => {
  const usual = { per5Minutes: 100, perDay: 8_000 };
  expect(printUsage(steady(usual, { count: 8_000, everyMs: 10_790 })).length).toBeLessThan(1_500);

  // The longest: a day of busy slots, a thousand times to the millisecond, and, the limit raised, a second's count each second.
  const many = (at: number, step: number, count: number, each: number) =>
    Array.from({ length: count }, (_, index) => ({ at: at + index * step, count: each }));
  const longest: Usage = {
    recent: [...many(start, 298, 1_000, 1), ...many(start + slot, second, 301, 1_000_000)],
    day: many(Math.floor(start / slot), 1, 290, 1_000_000),
  };
  expect(printUsage(longest).length).toBeLessThan(8_000);

  const busy = steady({ per5Minutes: 1_000_000, perDay: plenty }, { count: 20_000, everyMs: 33 });
  expect(busy.recent.length).toBeLessThanOrEqual(301);
});

test("what was counted is forgotten when it has left: the text of a feed at rest does not grow", () => {
  const limits = { per5Minutes: 100, perDay: 8_000 };
  const usage = admitted(steady(limits, { count: 500, everyMs: 10 * second }), limits, start + 3 * day);
  expect(usage).toEqual(admitted(noUsage, limits, start + 3 * day));
});

test("a usage that was never used has a text too", () => {
  expect(parseUsage(printUsage(noUsage))).toEqual(noUsage);
});

test.each(["", "a", "a;b;c", ";;", "-1;", "b*;", "b,;", ",b;", "0b;", "B;", "b*1;", "b;c ", "{}"])(
  "%j is no usage's text: it is a bug, and told as one",
  (text) => {
    expect(() => parseUsage(text)).toThrow("no usage's text");
  },
);

test("a text cut short is either refused or, at worst, another usage: never anything else", () => {
  const text = printUsage(steady({ per5Minutes: 100, perDay: 8_000 }, { count: 50, everyMs: second }));
  for (let length = 0; length < text.lastIndexOf(";"); length += 1) {
    expect(() => parseUsage(text.slice(0, length))).toThrow();
  }
});

const admitted = (usage: Usage, limits: Limits, now: number): Usage => {
  const admission = admit(usage, limits, now);
  if (admission.kind === "full") throw new Error("It was not admitted.");
  return admission.usage;
};

const steady = (limits: Limits, { count, everyMs }: { count: number; everyMs: number }): Usage => {
  let usage = noUsage;
  for (let index = 0; index < count; index += 1) usage = admitted(usage, limits, start + index * everyMs);
  return usage;
};
