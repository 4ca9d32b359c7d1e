import { expect, test } from "vitest";
import { roomForRuns, type Place } from "../../../functions/delivering/room-for-runs.ts";

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Runs that came, by their numbers, and the places of those that have begun. */
const runs = (pushesMost: number) => {
  const room = roomForRuns(pushesMost);
  const begun = new Map<number, Place>();
  let count = 0;
  const comes = async (): Promise<void> => {
    const number = (count += 1);
    void room().then((place) => begun.set(number, place));
    await settled();
  };
  const place = (number: number): Place => {
    const found = begun.get(number);
    if (!found) throw new Error(`run ${number} has not begun`);
    return found;
  };
  return { comes, place, begun: () => [...begun.keys()] };
};

test("a run waits while the pushes of those before it take the room, and begins when enough are answered", async () => {
  const { comes, place, begun } = runs(4);
  await comes();
  place(1).pushes(4);
  await comes();
  await comes();
  expect(begun()).toEqual([1]);
  for (let answered = 1; answered <= 3; answered += 1) place(1).answered();
  await settled();
  expect(begun()).toEqual([1]);
  place(1).answered();
  await settled();
  expect(begun()).toEqual([1, 2]);
});

test("after a start, when no run has told yet how many it pushes to, not all messages in hand begin", async () => {
  const { comes, place, begun } = runs(128);
  for (let number = 1; number <= 32; number += 1) await comes();
  expect(begun()).toHaveLength(6);
  place(1).pushes(1);
  await settled();
  expect(begun().length).toBeGreaterThan(6);
});

test("runs that wait begin in the order in which they came", async () => {
  const { comes, place, begun } = runs(2);
  await comes();
  place(1).pushes(2);
  await comes();
  await comes();
  place(1).leave();
  await settled();
  place(2).leave();
  await settled();
  expect(begun()).toEqual([1, 2, 3]);
});

test("when many come at once, each is taken to push as much as those before it: not all of them begin", async () => {
  const { comes, place, begun } = runs(100);
  for (let number = 1; number <= 10; number += 1) {
    await comes();
    place(number).pushes(20);
    place(number).leave();
  }
  for (let number = 11; number <= 42; number += 1) await comes();
  expect(begun().length - 10).toBeGreaterThanOrEqual(4);
  expect(begun().length - 10).toBeLessThanOrEqual(6);
});

test("a run for more devices than there is room for begins when it finds nobody else", async () => {
  const { comes, place, begun } = runs(4);
  await comes();
  place(1).pushes(50);
  await comes();
  place(1).leave();
  await settled();
  expect(begun()).toEqual([1, 2]);
  place(2).pushes(50);
  place(2).leave();
  await comes();
  expect(begun()).toEqual([1, 2, 3]);
});

test("a run that ends without a word gives its room back, whatever it had told before", async () => {
  const { comes, place, begun } = runs(2);
  for (let number = 1; number <= 100; number += 1) {
    await comes();
    if (number % 2 === 0) place(number).pushes(2);
    place(number).leave();
  }
  await comes();
  await comes();
  expect(begun()).toHaveLength(101);
  place(101).leave();
  await settled();
  expect(begun()).toHaveLength(102);
});

test("without a bound nobody waits", async () => {
  const { comes, place, begun } = runs(Infinity);
  for (let number = 1; number <= 40; number += 1) {
    await comes();
    place(number).pushes(50);
  }
  expect(begun()).toHaveLength(40);
});
