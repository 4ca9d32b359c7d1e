import { expect, test } from "vitest";
import { parseQueues } from "../../../infra/local/service-bus/queue-settings.ts";
import { memoryQueue } from "../../simulation/queue.memory.ts";
import { queueContract } from "./queue-contract.ts";
import { declarationOf, next, type QueueUnderTest } from "./queue-under-test.ts";

/** A hand's clock: it goes on only where a test waits. */
const open = () => {
  let time = Date.parse("2026-01-31T12:00:00Z");
  const now = (): number => time;
  const [settings] = parseQueues([declarationOf("fanout")], "the contract");
  if (!settings) throw new Error("One queue is declared.");
  const queue = memoryQueue({ clock: { now }, settings });
  const pass: QueueUnderTest["pass"] = async (until) => {
    await Promise.resolve();
    time = Math.max(time, until);
  };
  const receiveWithin: QueueUnderTest["receiveWithin"] = async (milliseconds) => {
    const end = time + milliseconds;
    for (;;) {
      const received = queue.receive();
      if (received || time >= end) return received;
      await pass(Math.min(queue.nextDue() ?? end, end));
    }
  };
  return { ...queue, now, pass, receiveWithin };
};

queueContract("The queue in memory", open);

test("a lock lost at once is as one that has run out", async () => {
  const queue = open();
  queue.send({ messageId: "a", body: "a" });
  const first = await next(queue);
  queue.loseLock(first.token);
  expect(await queue.receiveWithin(0)).toMatchObject({ messageId: "a", deliveryCount: 2 });
  expect(queue.complete(first.token)).toBe("lock-lost");
});

test("what was due while nobody asked has happened at its own time", async () => {
  const queue = open();
  const start = queue.now();
  const at = (milliseconds: number) => ({ scheduledEnqueueTimeUtc: new Date(start + milliseconds) });
  queue.send({ messageId: "outlived", body: "", timeToLive: 1_000, ...at(1_000) });
  queue.send({ messageId: "waiting", body: "", timeToLive: 100_000, ...at(1_000) });
  expect(queue.nextDue()).toBe(start + 1_000);
  await queue.pass(start + 60_000);
  expect(queue.peek().map(({ messageId }) => messageId)).toEqual(["waiting"]);
  expect(queue.nextDue()).toBe(start + 101_000);
});
