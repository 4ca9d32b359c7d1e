import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { inTurn } from "../../../shared/client/worker/in-turn.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1_000));

test("one begins when the one before has ended, however many wait", async () => {
  const next = inTurn(10_000);
  let atOnce = 0;
  let most = 0;
  const all = Array.from({ length: 8 }, () =>
    next(async () => {
      most = Math.max(most, (atOnce += 1));
      await seconds(3);
      atOnce -= 1;
    }),
  );
  await vi.advanceTimersByTimeAsync(24_000);
  await Promise.all(all);
  expect(most).toBe(1);
});

test("one that never ends, or fails, holds nobody up for longer than its turn", async () => {
  const next = inTurn(10_000);
  void next(() => new Promise(() => undefined));
  const failing = next(() => Promise.reject(new Error("bug")));
  const last = vi.fn(() => Promise.resolve());
  void next(last);
  const told = expect(failing).rejects.toThrow("bug");
  await vi.advanceTimersByTimeAsync(9_999);
  expect(last).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await told;
  expect(last).toHaveBeenCalledOnce();
});
