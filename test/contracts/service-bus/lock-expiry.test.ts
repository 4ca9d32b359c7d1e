import { expect, test } from "vitest";
import { durations } from "../../support/service-bus/declaration.ts";
import { next, take, untilLapsed } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";
import { until } from "../../support/until.ts";

// https://learn.microsoft.com/azure/service-bus-messaging/message-transfers-locks-settlement
const bus = useServiceBus();
const lost = { name: "ServiceBusError", code: "MessageLockLost" };

test("an unsettled message comes back when its lock lapses, not before, and is then the new holder's alone", async () => {
  const { name, sender, receiver } = await bus.queue("shortLock");
  const other = bus.client().createReceiver(name, { maxAutoLockRenewalDurationInMs: 0 });
  await sender.sendMessages({ body: "forgotten" });
  const first = await next(receiver);
  const second = await next(other, untilLapsed(first));
  expect(Date.now()).toBeGreaterThanOrEqual(first.lockedUntilUtc?.getTime() ?? Infinity);
  expect(second).toMatchObject({ body: "forgotten", messageId: first.messageId, deliveryCount: 1 });
  expect(second.lockToken).not.toBe(first.lockToken);
  expect(second.lockedUntilUtc?.getTime()).toBeGreaterThan(Date.now());

  await expect(receiver.completeMessage(first)).rejects.toMatchObject(lost);
  await other.completeMessage(second);
  expect(await bus.contents(name)).toEqual([]);
});

test("whatever its former holder tries when the lock has lapsed fails with MessageLockLost and changes nothing", async () => {
  const { name, sender, receiver } = await bus.queue("shortLock");
  await sender.sendMessages(["complete", "abandon", "defer", "dead-letter", "renew"].map((body) => ({ body })));
  const held = await take(receiver, 5);
  const [complete, abandon, defer, deadLetter, renew] = held;
  if (!complete || !abandon || !defer || !deadLetter || !renew) throw new Error("five messages were sent");
  const lastEnd = Math.max(...held.map(({ lockedUntilUtc }) => lockedUntilUtc?.getTime() ?? Infinity));
  await until(() => Date.now() > lastEnd + 200, { within: 10_000, what: "all locks have lapsed" });

  await expect(receiver.completeMessage(complete)).rejects.toMatchObject(lost);
  await expect(receiver.abandonMessage(abandon, { changed: true })).rejects.toMatchObject(lost);
  await expect(receiver.deferMessage(defer)).rejects.toMatchObject(lost);
  await expect(receiver.deadLetterMessage(deadLetter)).rejects.toMatchObject(lost);
  await expect(receiver.renewMessageLock(renew)).rejects.toMatchObject(lost);

  const again = await take(receiver, 5);
  for (const [index, message] of again.entries()) {
    expect(message).toMatchObject({ body: held[index]?.body, deliveryCount: 1, state: "active" });
    expect(message.applicationProperties?.changed).toBeUndefined();
    await receiver.completeMessage(message);
  }
  expect(await bus.contents(name)).toEqual([]);
  expect(await bus.contents(name, { subQueueType: "deadLetter" })).toEqual([]);
});

test("of two completions at the same moment each gets its own answer: done, and MessageLockLost", async () => {
  const { name, sender, receiver } = await bus.queue("shortLock");
  await sender.sendMessages(["held", "lapsed"].map((body) => ({ body })));
  const [held, lapsed] = await take(receiver, 2);
  if (!held || !lapsed) throw new Error("two messages were sent");
  const end = lapsed.lockedUntilUtc?.getTime() ?? Infinity;
  await until(() => Date.now() > end - durations.shortLock / 2, { within: 10_000, what: "half of the lock is over" });
  await receiver.renewMessageLock(held);
  await until(() => Date.now() > end + 200, { what: "the other lock has lapsed" });
  // Adjacent deliveries: AMQP may answer them in one frame, but only if the answers are equal.
  const answers = await Promise.allSettled([receiver.completeMessage(held), receiver.completeMessage(lapsed)]);
  expect(answers).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: lost }]);
  const again = await next(receiver);
  expect(again).toMatchObject({ body: "lapsed", deliveryCount: 1 });
  await receiver.completeMessage(again);
  expect(await bus.contents(name)).toEqual([]);
});

test("the lock of a deferred message lapses too; then it is deferred as before", async () => {
  const { sender, receiver } = await bus.queue("shortLock");
  await sender.sendMessages({ body: "set aside" });
  const message = await next(receiver);
  await receiver.deferMessage(message);
  const number = message.sequenceNumber;
  if (!number) throw new Error("the message has no number");
  const [first] = await receiver.receiveDeferredMessages(number);
  if (!first) throw new Error("no deferred message came");

  const [second] = await until(() => receiver.receiveDeferredMessages(number), {
    within: untilLapsed(first),
    what: "the deferred message is free again",
  });
  expect(Date.now()).toBeGreaterThanOrEqual(first.lockedUntilUtc?.getTime() ?? Infinity);
  await expect(receiver.completeMessage(first)).rejects.toMatchObject(lost);
  if (second) await receiver.completeMessage(second);
});
