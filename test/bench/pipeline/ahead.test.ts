import { expect, test } from "vitest";
import type { PushControl } from "../../../infra/local/push/control-client.ts";
import { aheadOf } from "./ahead.ts";

/** A push service that is told what came. */
const pushService = () => {
  let last = 0;
  const waiting: { readonly since: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] =
    [];
  const look = (): void => {
    for (const one of waiting.filter(({ since }) => since < last)) one.resolve();
  };
  const waitFor = ((_, { since = 0 } = {}) =>
    new Promise((resolve, reject) => {
      waiting.push({ since, resolve: () => resolve({} as Awaited<ReturnType<PushControl["waitFor"]>>), reject });
      look();
    })) satisfies PushControl["waitFor"];
  const come = async (pushes: number): Promise<void> => {
    last += pushes;
    look();
    await settled();
  };
  const nothingComes = async (): Promise<void> => {
    for (const { reject } of waiting) reject(new Error("not received"));
    await settled();
  };
  return { waitFor, come, nothingComes };
};
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Whether it has resolved by now. */
const watched = (promise: Promise<void>): { isDone: boolean } => {
  const state = { isDone: false };
  void promise.then(() => (state.isDone = true));
  return state;
};

test("a caller is held back while more pushes are promised than may be, and goes on when as many have come", async () => {
  const push = pushService();
  await push.come(100); // of another side, before
  const ahead = aheadOf(push, { from: 100, most: 4 });
  await ahead.promise(2);
  await ahead.promise(2);
  const third = watched(ahead.promise(2));
  await push.come(1);
  expect(third.isDone).toBe(false);
  await push.come(1);
  expect(third.isDone).toBe(true);
  const all = watched(ahead.allArrived());
  await push.come(3);
  expect(all.isDone).toBe(false);
  await push.come(1);
  expect(all.isDone).toBe(true);
});

test("a notification for more devices than may be ahead goes out alone", async () => {
  const ahead = aheadOf(pushService(), { from: 0, most: 4 });
  await ahead.promise(20);
  const next = watched(ahead.promise(1));
  await settled();
  expect(next.isDone).toBe(false);
});

test("when nothing comes any more nobody is held back, so that what is lost can be counted", async () => {
  const push = pushService();
  const ahead = aheadOf(push, { from: 0, most: 1 });
  await ahead.promise(1);
  const next = watched(ahead.promise(1));
  await push.nothingComes();
  expect(next.isDone).toBe(true);
  await ahead.allArrived();
});
