import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { now as start } from "../samples.ts";
import {
  second,
  week,
  chrome,
  mozilla,
  delivered,
  failing,
  silent,
  throttled,
  gone,
  refused,
  governed,
  standing,
  countOf,
  times,
} from "./governed.ts";

test("an answer comes back as it is", async () => {
  const { inTurn, events } = governed();
  const rejected: Outcome = { kind: "rejected", reason: "400" };
  expect(await inTurn([delivered, failing, throttled, refused, gone, rejected])).toEqual([
    "delivered",
    "busy",
    "busy",
    "misconfigured",
    "gone",
    "rejected",
  ]);
  expect(events).toEqual([]);
});

test("many at once to an origin go out as it answers, all within their patience", async () => {
  const { answer, untilNow, out } = governed();
  const sent = Promise.all(times(500, 0).map(() => answer(delivered)));
  await untilNow(1);
  expect((await sent).map(({ kind }) => kind)).toEqual(times(500, "delivered"));
  expect(out.most).toBe(64);
});

test("who finds no room waits half a second at most, and is told to come again in one or two", async () => {
  const { answer, runUntil } = governed({ concurrency: 1 });
  const first = answer(delivered, 700);
  const next = answer(delivered);
  await runUntil(start + 499);
  expect(await standing([next])).toEqual(["waiting"]);
  await runUntil(start + 500);
  expect(await next).toEqual({ kind: "held", reason: "the origin has all it can take", until: start + 2_000 });
  await runUntil(start + 700);
  expect(await first).toEqual(delivered);
});

test("what ends before it could come again is told to come before its end", async () => {
  const { answer, untilNow } = governed({ concurrency: 1 });
  void answer(delivered, 8 * second);
  const next = answer(delivered, 20, chrome, start + 2_100);
  await untilNow(1);
  expect(await next).toMatchObject({ kind: "held", until: start + 1_100 });
});

test("at an origin that wants less only eight wait", async () => {
  const { inTurn, answer, untilNow } = governed();
  await inTurn(times(7, throttled)); // one at once now: the first alone proves nothing
  const sent = times(20, 0).map(() => answer(delivered, 200));
  await untilNow(0.1);
  expect(countOf(await standing(sent), "held")).toBe(11);
  await untilNow(10);
});

test("a hanging origin is given eight requests, and nobody waits for it any more after half a second", async () => {
  const { answer, untilNow, out } = governed();
  await Promise.all([answer(delivered, 20, mozilla), untilNow(0.1)]);
  const sent = times(50, 0).map(() => answer(silent, 8 * second));
  await untilNow(0.7);
  expect(countOf(await standing(sent), "waiting")).toBe(8);
  const late = answer(silent, 8 * second);
  expect(await standing([late])).toEqual(["held"]);
  expect(out.most).toBe(8);
  await untilNow(20);
});

test.each([
  ["rejects", () => Promise.reject(new Error("a bug"))],
  [
    "throws",
    () => {
      throw new Error("a bug");
    },
  ],
])(
  "an attempt that %s gives back its turn, its try and its place in the line",
  async (_, buggy: () => Promise<Outcome>) => {
    const { governor, inTurn, untilNow } = governed({ concurrency: 1 });
    const thrown = () =>
      governor.send(chrome, buggy, { whose: "alice", expiresAt: start + week, emit: () => undefined });
    await expect(thrown()).rejects.toThrow("a bug");
    expect(await inTurn(times(5, failing))).toEqual(times(5, "busy"));
    await untilNow(5);
    await expect(thrown()).rejects.toThrow("a bug");
    expect(await inTurn([delivered])).toEqual(["delivered"]);
  },
);

const outcomes = fc.constantFrom(delivered, failing, silent, throttled, gone, refused);
const loads = fc.array(
  fc.record({ outcome: outcomes, ms: fc.nat(9_000), passing: fc.nat(300), isOther: fc.boolean() }),
  {
    maxLength: 120,
  },
);

test("whatever is answered, no origin has more out than its most, and each gets an answer within half a second of waiting", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 12 }), loads, async (concurrency, load) => {
      const { answer, clock, runUntil, out, isIdle } = governed({ concurrency });
      const sent: Promise<number>[] = [];
      for (const { outcome, ms, passing, isOther } of load) {
        const [at, took] = [clock.now(), ms];
        const route = isOther ? mozilla : chrome;
        sent.push(answer(outcome, ms, route).then(({ kind }) => clock.now() - at - (kind === "held" ? 0 : took)));
        await runUntil(at + passing);
        expect(out.now).toBeLessThanOrEqual(2 * concurrency);
      }
      await runUntil(clock.now() + 20 * second);
      expect(isIdle()).toBe(true);
      for (const waited of await Promise.all(sent)) expect(waited).toBeLessThanOrEqual(500);
    }),
    { numRuns: 60 },
  );
});
