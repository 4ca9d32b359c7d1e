import { expect, test } from "vitest";
import { aQueue, held, message, tokenOf } from "./a-queue.ts";

const abandon = { kind: "abandon" } as const;

test("messages come in the order they were sent, an abandoned one before those after it", () => {
  const { rules } = aQueue();
  for (const id of ["a", "b", "c"]) rules.accept(message(id), 0);
  const first = rules.lockNext("main", 1);
  rules.lockNext("main", 1);
  rules.settle(tokenOf(first), abandon, 2);
  expect(rules.lockNext("main", 3)?.sequence).toBe(1);
  expect(rules.lockNext("main", 3)?.sequence).toBe(3);
  expect(rules.lockNext("main", 3)).toBeUndefined();
});

test("a lock holds until its time and not a millisecond longer; then the message counts one more delivery", () => {
  const { rules } = aQueue();
  rules.accept(message("a"), 0);
  const locked = rules.lockNext("main", 0);
  expect(rules.nextDue()).toBe(10_000);
  expect(rules.lockNext("main", 9_999)).toBeUndefined();
  expect(rules.lockNext("main", 10_000)?.deliveryCount).toBe(1);
  expect(rules.settle(tokenOf(locked), { kind: "complete" }, 10_000)).toBe("lock-lost");
});

test("a renewed lock holds from the moment of renewal; a lost one cannot be renewed, nor any named with it", () => {
  const { rules } = aQueue();
  rules.accept(message("a"), 0);
  rules.accept(message("b"), 0);
  const [a, b] = [tokenOf(rules.lockNext("main", 0)), tokenOf(rules.lockNext("main", 5_000))];
  expect(rules.renew([a], 9_000)).toEqual([19_000]);
  rules.settle(b, { kind: "complete" }, 9_500);
  expect(rules.renew([a, b], 9_600)).toBeUndefined();
  rules.advance(18_999);
  expect(held(rules, "main", 18_999)).toMatchObject([{ locked: true }]);
  expect(held(rules, "main", 19_000)).toEqual([{ sequence: 1, phase: "active", deliveryCount: 1 }]);
});

test.each([
  {
    how: "abandoned",
    end: (token: string, rules: ReturnType<typeof aQueue>["rules"], now: number) =>
      void rules.settle(token, abandon, now),
  },
  {
    how: "left to lapse",
    end: (_: string, rules: ReturnType<typeof aQueue>["rules"], now: number) => rules.advance(now + 10_000),
  },
])("$how as often as is allowed, a message goes to the dead letters with its count and reason", ({ end }) => {
  const { rules } = aQueue({ maxDeliveryCount: 3 });
  rules.accept(message("a"), 0);
  for (const delivery of [0, 1, 2]) {
    const now = delivery * 20_000;
    const locked = rules.lockNext("main", now);
    expect(locked?.deliveryCount).toBe(delivery);
    end(tokenOf(locked), rules, now);
  }
  expect(held(rules, "main", 60_000)).toEqual([]);
  expect(held(rules, "dead", 60_000)).toEqual([
    { sequence: 1, phase: "active", deliveryCount: 3, reason: "MaxDeliveryCountExceeded" },
  ]);
});

test("a released message is as if it had not been delivered", () => {
  const { rules } = aQueue({ maxDeliveryCount: 1 });
  rules.accept(message("a"), 0);
  for (let round = 0; round < 5; round += 1) {
    rules.settle(tokenOf(rules.lockNext("main", round)), { kind: "release" }, round);
  }
  expect(held(rules, "main", 10)).toEqual([{ sequence: 1, phase: "active", deliveryCount: 0 }]);
});

test("a dead letter neither expires nor counts out, and cannot be dead-lettered again", () => {
  const { rules } = aQueue({ maxDeliveryCount: 1 });
  rules.accept(message("a", { ttlMs: 1_000 }), 0);
  rules.settle(tokenOf(rules.lockNext("main", 0)), { kind: "dead-letter", deadLetter: { reason: "why" } }, 1);
  for (const now of [5_000, 6_000, 7_000]) rules.settle(tokenOf(rules.lockNext("dead", now)), abandon, now);
  const locked = rules.lockNext("dead", 8_000);
  expect(rules.settle(tokenOf(locked), { kind: "dead-letter", deadLetter: {} }, 8_000)).toBe("not-allowed");
  expect(held(rules, "dead", 8_000)).toEqual([
    { sequence: 1, phase: "active", deliveryCount: 3, reason: "why", locked: true },
  ]);
});

test.each([
  { deadLettering: true, dead: [{ sequence: 1, phase: "active", deliveryCount: 0, reason: "TTLExpiredException" }] },
  { deadLettering: false, dead: [] },
])("an expired message is dead-lettered only if the queue says so ($deadLettering)", ({ deadLettering, dead }) => {
  const { rules, contents } = aQueue({ deadLetteringOnMessageExpiration: deadLettering });
  rules.accept(message("a", { ttlMs: 500 }), 0);
  expect(held(rules, "main", 499)).toHaveLength(1);
  expect(rules.nextDue()).toBe(500);
  expect(held(rules, "main", 500)).toEqual([]);
  expect(held(rules, "dead", 500)).toEqual(dead);
  expect(contents()).toEqual(deadLettering ? [1] : []);
});

test("the queue's default time to live bounds a message's own", () => {
  const { rules } = aQueue({ defaultMessageTimeToLive: "PT2S" });
  rules.accept(message("short", { ttlMs: 1_000 }), 0);
  rules.accept(message("long", { ttlMs: 60_000 }), 0);
  rules.accept(message("none"), 0);
  expect(held(rules, "main", 1_999).map(({ sequence }) => sequence)).toEqual([2, 3]);
  expect(held(rules, "main", 2_000)).toEqual([]);
});

test("a lock shields from expiry: its holder may complete, and once it lapses the message is gone", () => {
  const { rules } = aQueue();
  rules.accept(message("completed", { ttlMs: 100 }), 0);
  rules.accept(message("abandoned", { ttlMs: 100 }), 0);
  const [one, other] = [rules.lockNext("main", 50), rules.lockNext("main", 50)];
  expect(rules.settle(tokenOf(one), { kind: "complete" }, 5_000)).toBe("settled");
  expect(rules.settle(tokenOf(other), abandon, 5_000)).toBe("settled");
  expect(rules.counts(5_000).total).toBe(0);
});

test("a scheduled message waits, then joins the end with a new number, and only then begins to age", () => {
  const { rules } = aQueue();
  expect(rules.accept(message("later", { dueAt: 1_000, ttlMs: 300 }), 0)).toBe(1);
  expect(rules.accept(message("now"), 10)).toBe(2);
  expect(held(rules, "main", 999)[0]).toMatchObject({ sequence: 1, phase: "scheduled" });
  expect(rules.counts(999)).toMatchObject({ active: 1, scheduled: 1 });
  const [, activated] = [...rules.browse("main", 0, 1_000)];
  expect(activated).toMatchObject({ sequence: 3, firstSequence: 1, phase: "active", enqueuedAt: 1_000 });
  expect(rules.counts(1_299)).toMatchObject({ active: 2, scheduled: 0 });
  expect(rules.counts(1_300)).toMatchObject({ active: 1 });
});

test("scheduled messages are cancelled all or none, and only while they wait", () => {
  const { rules } = aQueue();
  for (const id of ["a", "b"]) rules.accept(message(id, { dueAt: 1_000 }), 0);
  expect(rules.cancel([1, 7], 0)).toBe(false);
  expect(rules.cancel([1], 0)).toBe(true);
  expect(rules.cancel([1], 0)).toBe(false);
  expect(rules.cancel([2], 1_000)).toBe(false);
  expect(held(rules, "main", 1_000)).toMatchObject([{ sequence: 3, phase: "active" }]);
});

test("a repeated id within the window is dropped, scheduled and long completed ones included; after it, accepted", () => {
  const window = { requiresDuplicateDetection: true, duplicateDetectionHistoryTimeWindow: "PT60S" };
  const { rules, reopened } = aQueue(window);
  rules.accept(message("a"), 0);
  rules.settle(tokenOf(rules.lockNext("main", 0)), { kind: "complete" }, 0);
  rules.accept(message("b", { dueAt: 100_000 }), 10_000);
  rules.accept(message("a"), 59_999);
  rules.accept(message("b"), 59_999);
  expect(rules.counts(59_999)).toMatchObject({ active: 0, scheduled: 1 });
  const again = reopened();
  again.accept(message("b"), 69_999);
  expect(again.counts(69_999)).toMatchObject({ active: 0, scheduled: 1 });
  again.accept(message("a"), 70_000);
  again.accept(message("b"), 70_000);
  expect(again.counts(70_000)).toMatchObject({ active: 2, scheduled: 1 });
});

test("a deferred message comes by its number alone, and goes back there when abandoned", () => {
  const { rules } = aQueue();
  rules.accept(message("a"), 0);
  rules.settle(tokenOf(rules.lockNext("main", 0)), { kind: "defer", changes: { step: "1" } }, 0);
  expect(rules.lockNext("main", 1)).toBeUndefined();
  expect(rules.counts(1).active).toBe(1);
  const [fetched] = rules.lockDeferred("main", [1], 2) ?? [];
  expect(fetched).toMatchObject({ deliveryCount: 1, changes: { step: "1" } });
  expect(rules.lockDeferred("main", [1], 3)).toBeUndefined();
  rules.settle(tokenOf(fetched), { kind: "abandon", changes: { other: "2" } }, 4);
  const [again] = rules.lockDeferred("main", [1], 5) ?? [];
  expect(again).toMatchObject({ deliveryCount: 2, phase: "deferred", changes: { step: "1", other: "2" } });
  expect(rules.settle(tokenOf(again), { kind: "complete" }, 6)).toBe("settled");
  expect(rules.counts(6).total).toBe(0);
});

test("deferred messages are fetched all or none; one that outlived its time is gone when asked for", () => {
  const { rules } = aQueue({ deadLetteringOnMessageExpiration: true });
  rules.accept(message("a"), 0);
  rules.accept(message("b", { ttlMs: 1_000 }), 0);
  for (const _ of "ab") rules.settle(tokenOf(rules.lockNext("main", 0)), { kind: "defer" }, 0);
  expect(held(rules, "main", 5_000)).toHaveLength(2);
  expect(rules.lockDeferred("main", [1, 2], 5_000)).toBeUndefined();
  expect(held(rules, "dead", 5_000)).toMatchObject([{ sequence: 2, reason: "TTLExpiredException" }]);
  expect(rules.lockDeferred("main", [1], 5_000)).toHaveLength(1);
});

test("a queue is full at its declared size, dead letters included, and has room again when they go", () => {
  const { rules } = aQueue({ maxSizeInMegabytes: 1 });
  const halfMegabyte = Buffer.alloc(512 * 1024);
  rules.accept({ messageId: "a", content: halfMegabyte }, 0);
  rules.accept({ messageId: "b", content: halfMegabyte }, 0);
  rules.settle(tokenOf(rules.lockNext("main", 0)), { kind: "dead-letter", deadLetter: {} }, 0);
  expect(rules.hasRoomFor(1)).toBe(false);
  rules.settle(tokenOf(rules.lockNext("dead", 0)), { kind: "complete" }, 0);
  expect(rules.hasRoomFor(1)).toBe(true);
});

test("fifty thousand waiting messages do not slow the queue down", () => {
  const { rules } = aQueue();
  const started = process.cpuUsage();
  for (let index = 0; index < 50_000; index += 1) {
    rules.accept(message(`m${index}`, index % 2 ? { dueAt: 1_000 + ((index * 7919) % 50_000) } : {}), 0);
  }
  for (let index = 0; index < 25_000; index += 1) {
    rules.settle(tokenOf(rules.lockNext("main", 0)), { kind: "complete" }, 0);
  }
  rules.advance(100_000);
  expect(rules.counts(100_000)).toMatchObject({ active: 25_000, scheduled: 0 });
  // Processor time, which other work on the machine does not lengthen. It takes about half a second; quadratic would be minutes.
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1_000_000).toBeLessThan(4);
});
