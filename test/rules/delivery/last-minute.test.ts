import fc from "fast-check";
import { expect, test } from "vitest";
import { lastMinute } from "../../../shared/delivery/last-minute.ts";
import { now } from "../samples.ts";

const answers = fc.array(fc.record({ passing: fc.nat(20_000), isEnding: fc.boolean() }), { maxLength: 200 });

test("whatever comes when, counted is what came in the last sixty seconds of the clock, and nothing else", () => {
  fc.assert(
    fc.property(answers, (given) => {
      const minute = lastMinute();
      const past: { readonly second: number; readonly isEnding: boolean }[] = [];
      let at = now;
      for (const { passing, isEnding } of given) {
        at += passing;
        past.push({ second: Math.floor(at / 1_000), isEnding });
        const lately = past.filter(({ second }) => second > Math.floor(at / 1_000) - 60);
        const ending = lately.filter((one) => one.isEnding).length;
        expect(minute.count(at, isEnding)).toEqual({ seen: lately.length, ending });
      }
    }),
  );
});

test("a clock that is set back a little takes nothing away, and one that is set back a minute begins anew", () => {
  const minute = lastMinute();
  minute.count(now, true);
  expect(minute.count(now - 59_000, false)).toEqual({ seen: 2, ending: 1 });
  expect(minute.count(now - 60_000, false)).toEqual({ seen: 1, ending: 0 });
});

test("what is forgotten counts no more", () => {
  const minute = lastMinute();
  minute.count(now, true);
  minute.forget();
  expect(minute.count(now, false)).toEqual({ seen: 1, ending: 0 });
});
