import { expect, test } from "vitest";
import { concurrently } from "../../shared/concurrently.ts";

/** Tasks that end when they are told to. */
const tasks = () => {
  const begun: number[] = [];
  const endings = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const task = (item: number): Promise<void> =>
    new Promise((resolve, reject) => {
      begun.push(item);
      endings.set(item, { resolve, reject });
    });
  const settle = async (item: number, error?: Error): Promise<void> => {
    if (error) endings.get(item)?.reject(error);
    else endings.get(item)?.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, task, settle };
};

async function* counted(count: number): AsyncIterable<number> {
  for (let item = 1; item <= count; item += 1) yield await Promise.resolve(item);
}

test("no more than so many are under way, and whoever is free takes the next", async () => {
  const { begun, task, settle } = tasks();
  const all = concurrently(2, counted(4), task);
  await settle(0);
  expect(begun).toEqual([1, 2]);
  await settle(2);
  expect(begun).toEqual([1, 2, 3]);
  await settle(1);
  expect(begun).toEqual([1, 2, 3, 4]);
  await Promise.all([settle(3), settle(4), all]);
});

test("after a failure nothing more is begun, what is under way is waited for, and the failure is thrown", async () => {
  const { begun, task, settle } = tasks();
  let hasEnded = false;
  const all = concurrently(2, [1, 2, 3, 4], task).finally(() => (hasEnded = true));
  const failure = expect(all).rejects.toThrow("one failed");
  await settle(0);
  await settle(1, new Error("one failed"));
  expect(hasEnded).toBe(false);
  await settle(2);
  await failure;
  expect(begun).toEqual([1, 2]);
});

test("a source that fails is a failure too", async () => {
  const source = async function* (): AsyncIterable<number> {
    yield await Promise.resolve(1);
    throw new Error("no more of them");
  };
  const done: number[] = [];
  const all = concurrently(3, source(), (item) => Promise.resolve(void done.push(item)));
  await expect(all).rejects.toThrow("no more of them");
  expect(done).toEqual([1]);
});

test("of nothing it does nothing", async () => {
  await concurrently(3, [], () => Promise.reject(new Error("there was one")));
});
