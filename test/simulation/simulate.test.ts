import { randomBytes, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

test("a seed is one world: run again it goes the same way, word for word", async () => {
  for (const seed of [3, 11]) {
    const [first, again] = [await simulate(seed, { trace: true }), await simulate(seed, { trace: true })];
    expect(first.trace.length).toBeGreaterThan(50);
    expect(again).toEqual(first);
  }
});

test("a run that is traced goes as one that is not", async () => {
  const { trace, ...plain } = await simulate(7);
  expect(trace).toEqual([]);
  expect(await simulate(7, { trace: true })).toMatchObject(plain);
});

test("after a simulation the process has its own randomness again", async () => {
  const drawn = async () => {
    await simulate(5);
    return [randomBytes(16).toString("hex"), randomUUID(), crypto.getRandomValues(new Uint8Array(16)).toString()];
  };
  const first = await drawn();
  const again = await drawn();
  for (const text of first) expect(again).not.toContain(text);
});
