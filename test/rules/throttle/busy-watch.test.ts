import { expect, test, vi } from "vitest";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import { busyWatch } from "../../../shared/throttle/busy-watch.ts";
import { Unavailable } from "../../../shared/unavailable.ts";

const job: FanoutJob = {
  v: 1,
  feed: "feed" as FeedKey,
  id: newNotificationId(0),
  version: 1,
  kind: "content",
  hop: 0,
  acceptedAt: 0,
};

/** A bus that does as told, and a queue with so many messages. */
const watchUnderTest = () => {
  const clock = { at: Date.parse("2026-01-31T12:00:00Z"), now: () => clock.at };
  const state = { failure: undefined as Error | undefined, waiting: 0 as number | Error, looks: 0 };
  const { fanout, busy } = busyWatch({
    fanout: { send: () => (state.failure ? Promise.reject(state.failure) : Promise.resolve()) },
    backlog: () => {
      state.looks += 1;
      return state.waiting instanceof Error ? Promise.reject(state.waiting) : Promise.resolve(state.waiting);
    },
    backlogLimit: 100,
    clock,
  });
  const send = () => fanout.send(job, { expiresAt: clock.at + 60_000 });
  /** After how many seconds a refused caller may come again; undefined for one that is let through. */
  const refusal = (): number | undefined => {
    try {
      busy.check();
    } catch (error) {
      expect(error).toMatchObject({ kind: "busy" });
      return (error as { retryAfterSeconds: number }).retryAfterSeconds;
    }
    return undefined;
  };
  /** Looks go on behind the writers' backs: lets them end. */
  const settled = () => vi.waitFor(() => Promise.resolve());
  return { clock, state, send, refusal, settled };
};
const away = new Unavailable("Service Bus", { cause: undefined });

test("while sends get through, nobody is held up", async () => {
  const { send, refusal } = watchUnderTest();
  await send();
  expect(refusal()).toBeUndefined();
});

test("after a send that failed, five seconds of refusals that say how long; then one is let through at a time", async () => {
  const { clock, state, send, refusal } = watchUnderTest();
  state.failure = away;
  await expect(send()).rejects.toBe(away);
  expect(refusal()).toBe(5);
  clock.at += 4_999;
  expect(refusal()).toBe(1);
  clock.at += 1;
  expect(refusal()).toBeUndefined();
  expect(refusal()).toBe(1);
  await expect(send()).rejects.toBe(away);
  expect(refusal()).toBe(5);
  clock.at += 5_000;
  expect(refusal()).toBeUndefined();
  state.failure = undefined;
  await send();
  expect([refusal(), refusal()]).toEqual([undefined, undefined]);
});

test("one that was let through and came to nothing holds the next up for a second only", async () => {
  const { clock, state, send, refusal } = watchUnderTest();
  state.failure = away;
  await expect(send()).rejects.toBe(away);
  clock.at += 5_000;
  expect(refusal()).toBeUndefined();
  clock.at += 1_000;
  expect(refusal()).toBeUndefined();
});

test("however many come to nothing, one that sends is let through soon: each second lets twice as many in", async () => {
  const { clock, state, send, refusal } = watchUnderTest();
  state.failure = away;
  await expect(send()).rejects.toBe(away);
  clock.at += 5_000;
  const letThrough = Array.from({ length: 8 }, () => {
    const refusals = Array.from({ length: 130 }, refusal);
    clock.at += 1_000;
    return refusals.filter((seconds) => seconds === undefined).length;
  });
  expect(letThrough).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
  await expect(send()).rejects.toBe(away);
  clock.at += 5_000;
  expect([refusal(), refusal()]).toEqual([undefined, 1]);
});

test("any send that gets there opens, a delivery's retry too", async () => {
  const { state, send, refusal } = watchUnderTest();
  state.failure = away;
  await expect(send()).rejects.toBe(away);
  state.failure = undefined;
  await send();
  expect(refusal()).toBeUndefined();
});

test("a bug in a job says nothing of the bus", async () => {
  const { state, send, refusal } = watchUnderTest();
  state.failure = new TypeError("a bug");
  await expect(send()).rejects.toThrow("a bug");
  expect(refusal()).toBeUndefined();
});

test("a backlog beyond its limit shuts writes out until the next look, which one of them starts", async () => {
  const { clock, state, refusal, settled } = watchUnderTest();
  state.waiting = 101;
  expect(refusal()).toBeUndefined(); // nobody has looked yet
  await settled();
  expect(refusal()).toBe(10);
  clock.at += 9_999;
  expect(refusal()).toBe(1);
  expect(state.looks).toBe(1);
  clock.at += 1;
  state.waiting = 100;
  expect(refusal()).toBeUndefined();
  expect(refusal()).toBe(1); // the look is under way
  await settled();
  expect([refusal(), refusal()]).toEqual([undefined, undefined]);
  expect(state.looks).toBe(2);
});

test("the queue is looked at every ten seconds at most, and not at all while nobody writes", () => {
  const { clock, state, refusal } = watchUnderTest();
  for (let index = 0; index < 100; index += 1) refusal();
  expect(state.looks).toBe(1);
  clock.at += 60_000;
  expect(state.looks).toBe(1);
  refusal();
  expect(state.looks).toBe(2);
});

test("a look that fails says nothing: it shuts nobody out, and ends what an earlier one said", async () => {
  const { clock, state, refusal, settled } = watchUnderTest();
  state.waiting = 101;
  refusal();
  await settled();
  clock.at += 10_000;
  state.waiting = new Error("forbidden");
  refusal();
  await settled();
  expect([refusal(), refusal()]).toEqual([undefined, undefined]);
});
