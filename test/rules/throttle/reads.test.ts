import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { memoryReads } from "../../../shared/throttle/reads.memory.ts";

const start = Date.parse("2026-01-31T12:00:00.123Z");
const feed = (name: string): FeedKey => name as FeedKey;
const readsUnderTest = (per5Minutes: number, feedsMost?: number) => {
  const clock = { at: start, now: () => clock.at };
  const limits = { per5Minutes, perDay: 12_000 };
  return { clock, ...memoryReads({ clock, limits, ...(feedsMost !== undefined && { feedsMost }) }) };
};

test("the 400th read of five minutes passes, the next one is told when one will", () => {
  const { clock, count } = readsUnderTest(400);
  for (let index = 0; index < 400; index += 1) count(feed("ada"));
  clock.at += 700;
  const refused = expect.objectContaining({ kind: "busy", retryAfterSeconds: 300 });
  expect(() => count(feed("ada"))).toThrow(refused);
  clock.at = start + 5 * milliseconds.minute - 1;
  expect(() => count(feed("ada"))).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }));
  clock.at += 1;
  count(feed("ada"));
});

test("one feed's reads are no other's", () => {
  const { count } = readsUnderTest(1);
  count(feed("ada"));
  count(feed("bob"));
  expect(() => count(feed("ada"))).toThrow("throttled");
});

test("of more feeds than it remembers the one unread for longest starts over", () => {
  const { count } = readsUnderTest(2, 2);
  for (const name of ["ada", "bob", "ada", "eve"]) count(feed(name));
  expect(() => count(feed("ada"))).toThrow("throttled");
  count(feed("bob"));
  count(feed("bob"));
});
