import { getEventListeners } from "node:events";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deadlines } from "../../shared/deadlines.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => {
  vi.restoreAllMocks(); // first: what was spied on is the fake
  vi.useRealTimers();
});

/** When each signal aborted, asked for after each of these pauses. */
const livesOf = (milliseconds: number, pauses: readonly number[]): { readonly asked: number; aborted: number }[] => {
  const ask = deadlines(milliseconds);
  const lives = pauses.map((pause) => {
    vi.advanceTimersByTime(pause);
    const [life, signal] = [{ asked: performance.now(), aborted: NaN }, ask()];
    expect(signal.aborted).toBe(false);
    signal.addEventListener("abort", () => (life.aborted = performance.now()), { once: true });
    return life;
  });
  vi.advanceTimersByTime(2 * milliseconds);
  return lives;
};

const time = fc.integer({ min: 1, max: 200 }).map((count) => count * 50);
/** Of a limit's own length and less, for it is near the end of a signal's sharing, and of its life, that one could be too late. */
const pausesOf = (milliseconds: number): fc.Arbitrary<number[]> =>
  fc.array(fc.oneof(fc.nat({ max: milliseconds / 50 + 1 }), fc.nat({ max: 2 * milliseconds })), { maxLength: 30 });

test("a signal aborts no sooner than its time, and at most a fiftieth later, whenever it is asked for", () => {
  const asked = time.chain((milliseconds) => fc.tuple(fc.constant(milliseconds), pausesOf(milliseconds)));
  fc.assert(
    fc.property(asked, ([milliseconds, pauses]) => {
      for (const { asked, aborted } of livesOf(milliseconds, pauses)) {
        expect(aborted - asked).toBeGreaterThanOrEqual(milliseconds);
        expect(aborted - asked).toBeLessThanOrEqual(milliseconds * 1.02);
      }
    }),
  );
});

test("who asks within a fiftieth of the time shares one signal, and one timer, with who asked first", () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  const ask = deadlines(5_000);
  const first = ask();
  vi.advanceTimersByTime(99);
  expect(ask()).toBe(first);
  vi.advanceTimersByTime(1);
  const second = ask();
  expect(second).not.toBe(first);
  vi.advanceTimersByTime(99);
  expect(ask()).toBe(second);
  expect(timers).toHaveBeenCalledTimes(2);
});

test("two limits share nothing, also when they are as long", () => {
  expect(deadlines(5_000)()).not.toBe(deadlines(5_000)());
});

test("the reason is the one that AbortSignal.timeout gives: a DOMException by the name of TimeoutError", () => {
  const signal = deadlines(50)();
  vi.advanceTimersByTime(51);
  expect(signal.aborted).toBe(true);
  expect(signal.reason).toBeInstanceOf(DOMException);
  expect(signal.reason).toMatchObject({ name: "TimeoutError" });
});

test("a process with nothing else to do is not kept alive by it", () => {
  vi.useRealTimers();
  const timers = vi.spyOn(globalThis, "setTimeout");
  deadlines(60_000)();
  expect(timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
  clearTimeout(timers.mock.results[0]?.value as NodeJS.Timeout);
});

test("that many listen to one signal is no leak, of which Node would warn", () => {
  const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
  const signal = deadlines(5_000)();
  const listeners = Array.from({ length: 50 }, () => () => undefined);
  for (const listener of listeners) signal.addEventListener("abort", listener);
  expect(getEventListeners(signal, "abort")).toHaveLength(50);
  expect(warnings).not.toHaveBeenCalled();
});
