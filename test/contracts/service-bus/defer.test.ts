import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import { expect, test } from "vitest";
import { next, nothingComes, numberOf, take } from "../../support/service-bus/receive.ts";
import type { QueueUnderTest } from "../../support/service-bus/client.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

// https://learn.microsoft.com/azure/service-bus-messaging/message-deferral
const bus = useServiceBus();
const notFound = { name: "ServiceBusError", code: "MessageNotFound" };

const deferred = async ({ sender, receiver }: QueueUnderTest): Promise<ServiceBusReceivedMessage> => {
  await sender.sendMessages({ body: "set aside", applicationProperties: { own: 1 } });
  const message = await next(receiver);
  await receiver.deferMessage(message);
  return message;
};
const fetch = async (
  { receiver }: QueueUnderTest,
  message: ServiceBusReceivedMessage,
): Promise<ServiceBusReceivedMessage> => {
  const [fetched] = await receiver.receiveDeferredMessages(numberOf(message));
  if (!fetched) throw new Error("no deferred message came");
  return fetched;
};

test("a deferred message is only received by its number, then locked and completed", async () => {
  const queue = await bus.queue("plain");
  const message = await deferred(queue);
  await nothingComes(queue.receiver);
  expect(await bus.contents(queue.name)).toMatchObject([{ body: "set aside", state: "deferred" }]);

  const fetched = await fetch(queue, message);
  expect(fetched).toMatchObject({ body: "set aside", deliveryCount: 1, applicationProperties: { own: 1 } });
  expect(fetched.lockedUntilUtc?.getTime()).toBeGreaterThan(Date.now());
  await queue.receiver.completeMessage(fetched);
  expect(await bus.contents(queue.name)).toEqual([]);
});

test("a deferred message that is abandoned or deferred again stays deferred, each time counted", async () => {
  const queue = await bus.queue("plain");
  const message = await deferred(queue);
  await queue.receiver.abandonMessage(await fetch(queue, message), { own: 2 });
  const second = await fetch(queue, message);
  expect(second).toMatchObject({ deliveryCount: 2, applicationProperties: { own: 2 } });
  await queue.receiver.deferMessage(second);
  const third = await fetch(queue, message);
  expect(third.deliveryCount).toBe(3);
  await nothingComes(queue.receiver, 100);
  await queue.receiver.completeMessage(third);
});

test("a deferred message can be dead-lettered", async () => {
  const queue = await bus.queue("plain");
  const fetched = await fetch(queue, await deferred(queue));
  await queue.receiver.deadLetterMessage(fetched, {
    deadLetterReason: "given up",
    deadLetterErrorDescription: "in the end",
  });
  expect(await bus.contents(queue.name)).toEqual([]);
  const letter = await next(queue.deadLetters);
  expect(letter).toMatchObject({
    body: "set aside",
    deliveryCount: 1,
    deadLetterReason: "given up",
    deadLetterErrorDescription: "in the end",
  });
  await queue.deadLetters.completeMessage(letter);
});

test("the lock of a deferred message can be renewed", async () => {
  const queue = await bus.queue("shortLock");
  const fetched = await fetch(queue, await deferred(queue));
  const before = fetched.lockedUntilUtc?.getTime();
  const after = await queue.receiver.renewMessageLock(fetched);
  expect(after.getTime()).toBeGreaterThanOrEqual(before ?? Infinity);
  await queue.receiver.completeMessage(fetched);
});

test("several deferred messages are received at once", async () => {
  const queue = await bus.queue("plain");
  await queue.sender.sendMessages([1, 2, 3].map((body) => ({ body })));
  const messages = await take(queue.receiver, 3);
  for (const message of messages) await queue.receiver.deferMessage(message);
  const fetched = await queue.receiver.receiveDeferredMessages(messages.map(numberOf));
  expect(fetched.map(({ body }): unknown => body).sort()).toEqual([1, 2, 3]);
  for (const message of fetched) await queue.receiver.completeMessage(message);
  expect(await bus.contents(queue.name)).toEqual([]);
});

test("a deferred message received in receive-and-delete mode is gone", async () => {
  const queue = await bus.queue("plain");
  const message = await deferred(queue);
  const taker = queue.client.createReceiver(queue.name, { receiveMode: "receiveAndDelete" });
  expect(await taker.receiveDeferredMessages(numberOf(message))).toMatchObject([{ body: "set aside" }]);
  expect(await bus.contents(queue.name)).toEqual([]);
});

test("a number that is not that of a deferred message fails with MessageNotFound", async () => {
  const queue = await bus.queue("plain");
  const message = await deferred(queue);
  await expect(queue.receiver.receiveDeferredMessages(numberOf(message).add(1))).rejects.toMatchObject(notFound);
  await queue.receiver.completeMessage(await fetch(queue, message));
  await expect(queue.receiver.receiveDeferredMessages(numberOf(message))).rejects.toMatchObject(notFound);

  await queue.sender.sendMessages({ body: "active" });
  const [active] = await queue.receiver.peekMessages(1);
  if (!active) throw new Error("a message was sent");
  await expect(queue.receiver.receiveDeferredMessages(numberOf(active))).rejects.toMatchObject(notFound);
});
