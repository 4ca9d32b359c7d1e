import { expect, test } from "vitest";
import { watchDeadLetters } from "../../../functions/watch-dead-letters.ts";
import type { DeadLetter } from "../../../shared/fanout/dead-letters.ts";
import { contentOf } from "../../../shared/fanout/dead-letters.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { readable } from "../../../shared/telemetry/readable.ts";
import { Unavailable } from "../../../shared/unavailable.ts";

const now = Date.parse("2026-01-31T12:00:00Z");
const job = { v: 1, feed: "f", id: "n-1", version: 3, kind: "content", hop: 2, acceptedAt: now };
const letterOf = (sequence: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
  sequence: String(sequence),
  messageId: `n-1:3:content:${sequence}`,
  content: contentOf(job),
  reason: "MaxDeliveryCountExceeded",
  description: "Message could not be consumed after 10 delivery attempts.",
  deliveryCount: 10,
  enqueuedAt: now - 90_500,
  sizeBytes: 200,
  ...more,
});

/** A watch over dead letters that the test changes, and what it told at its last look. */
const watchOver = () => {
  const world: { letters: readonly DeadLetter[]; failure?: Error; read: number } = { letters: [], read: 0 };
  async function* all() {
    await Promise.resolve();
    if (world.failure) throw world.failure;
    for (const letter of world.letters) {
      world.read += 1;
      yield letter;
    }
  }
  const watch = watchDeadLetters({ deadLetters: { all }, clock: { now: () => now } });
  const look = async (): Promise<FanfareEvent[]> => {
    const events: FanfareEvent[] = [];
    await watch((event) => events.push(event));
    return events;
  };
  return { world, look };
};
const numbers = (events: readonly FanfareEvent[]): string[] =>
  events.flatMap((event) => (event.event === "dead-letter" ? [event.sequence] : []));
const many = (count: number) => Array.from({ length: count }, (_, index) => letterOf(index + 1));

test("a look tells of itself when there is nothing", async () => {
  const { look } = watchOver();
  expect(await look()).toEqual([
    { event: "dead-letters", total: 0, isMore: false, fresh: 0, untold: 0, oldestSeconds: 0, durationMs: 0 },
  ]);
});

test("each is told once, with what one needs to know about it", async () => {
  const { world, look } = watchOver();
  world.letters = [letterOf(7)];
  const [letter, summary] = await look();
  expect(letter).toEqual({
    event: "dead-letter",
    sequence: "7",
    messageId: "n-1:3:content:7",
    kind: "content",
    notificationId: "n-1",
    version: 3,
    hop: 2,
    reason: "MaxDeliveryCountExceeded",
    description: "Message could not be consumed after 10 delivery attempts.",
    deliveryCount: 10,
    ageSeconds: 90,
  });
  expect(summary).toMatchObject({ total: 1, fresh: 1, oldestSeconds: 90 });
  expect(await look()).toMatchObject([{ event: "dead-letters", total: 1, fresh: 0, oldestSeconds: 90 }]);
});

test("one that comes later is new though its number is lower", async () => {
  const { world, look } = watchOver();
  world.letters = [letterOf(5), letterOf(6)];
  expect(numbers(await look())).toEqual(["5", "6"]);
  world.letters = [letterOf(2), letterOf(5), letterOf(6)];
  expect(numbers(await look())).toEqual(["2"]);
});

test("what is gone is forgotten, and a copy that failed again is told by its own number", async () => {
  const { world, look } = watchOver();
  world.letters = [letterOf(1), letterOf(2)];
  await look();
  world.letters = [letterOf(2)];
  expect(await look()).toMatchObject([{ total: 1, fresh: 0 }]);
  world.letters = [letterOf(2), letterOf(9)];
  expect(numbers(await look())).toEqual(["9"]);
});

test("of very many twenty are told and the others counted, and a look ends at a thousand", async () => {
  const { world, look } = watchOver();
  world.letters = many(1_500);
  const events = await look();
  expect(numbers(events)).toHaveLength(20);
  expect(events.at(-1)).toMatchObject({ total: 1_000, isMore: true, fresh: 1_000, untold: 980 });
  expect(world.read).toBeLessThanOrEqual(1_001);
  expect(await look()).toMatchObject([{ total: 1_000, isMore: true, fresh: 0, untold: 0 }]);
});

test("exactly a thousand are not told as more", async () => {
  const { world, look } = watchOver();
  world.letters = many(1_000);
  expect((await look()).at(-1)).toMatchObject({ total: 1_000, isMore: false });
});

test("a stranger's message is told by what keeps it from being a job", async () => {
  const { world, look } = watchOver();
  world.letters = [
    letterOf(1, { content: contentOf({ password: "hunter2" }), reason: undefined, description: undefined }),
  ];
  const [letter] = await look();
  expect(letter).toMatchObject({
    unreadable: "it is no job: v, feed, id, version, kind, hop, acceptedAt missing or wrong",
  });
  expect(JSON.stringify(letter)).not.toContain("hunter2");
  expect(letter).not.toHaveProperty("notificationId");
});

test("a bus that is away is told in one line, and what was seen before is not new afterwards", async () => {
  const { world, look } = watchOver();
  world.letters = [letterOf(1)];
  await look();
  world.failure = new Unavailable("Service Bus", { cause: undefined });
  expect(await look()).toEqual([
    { event: "dead-letters", unavailable: "Service Bus is throttled or unreachable", durationMs: 0 },
  ]);
  delete world.failure;
  expect(await look()).toMatchObject([{ total: 1, fresh: 0 }]);
});

test("a bug is thrown", async () => {
  const { world, look } = watchOver();
  world.failure = new TypeError("a bug");
  await expect(look()).rejects.toThrow("a bug");
});

test("on a laptop nothing is printed while there are none, and one that comes is an alarm", async () => {
  const { world, look } = watchOver();
  expect((await look()).map(readable)).toEqual([undefined]);
  world.letters = [letterOf(7), letterOf(8, { content: contentOf("x"), reason: undefined })];
  expect((await look()).map(readable)).toEqual([
    "ALARM dead letter 7, content n-1: MaxDeliveryCountExceeded, after 10 deliveries",
    "ALARM dead letter 8, it is no job: no reason given, after 10 deliveries",
    "dead letters: 2, 2 new; npm run ops -- dead-letters list",
  ]);
});
