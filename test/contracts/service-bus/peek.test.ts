import { expect, test } from "vitest";
import { bodies, next, numberOf, take } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

// https://learn.microsoft.com/azure/service-bus-messaging/message-browsing
const bus = useServiceBus();

test("peeking goes on where the last peek ended, and ends with nothing", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.sendMessages([1, 2, 3, 4, 5, 6, 7].map((body) => ({ body })));
  expect(bodies(await receiver.peekMessages(3))).toEqual([1, 2, 3]);
  expect(bodies(await receiver.peekMessages(3))).toEqual([4, 5, 6]);
  expect(bodies(await receiver.peekMessages(3))).toEqual([7]);
  expect(await receiver.peekMessages(3)).toEqual([]);
  await sender.sendMessages({ body: 8 });
  expect(bodies(await receiver.peekMessages(3))).toEqual([8]);
});

test("peeking starts at the number it is given", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.sendMessages([1, 2, 3, 4].map((body) => ({ body })));
  const [, second] = await receiver.peekMessages(2);
  if (!second) throw new Error("four messages were sent");
  const fromSequenceNumber = numberOf(second);
  expect(bodies(await receiver.peekMessages(10, { fromSequenceNumber }))).toEqual([2, 3, 4]);
  expect(await receiver.peekMessages(10, { fromSequenceNumber: fromSequenceNumber.add(3) })).toEqual([]);
});

test("a peeked message is whole, and neither locked nor counted nor taken", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  await sender.sendMessages({ body: { whole: true }, messageId: "kept", applicationProperties: { own: 1 } });
  for (const round of [1, 2]) {
    const [peeked] = await bus.client().createReceiver(name).peekMessages(1);
    expect(peeked, `round ${round}`).toMatchObject({
      body: { whole: true },
      messageId: "kept",
      applicationProperties: { own: 1 },
      deliveryCount: 0,
      state: "active",
    });
    expect(peeked?.lockToken).toBeUndefined();
  }
  const message = await next(receiver);
  expect(message.deliveryCount).toBe(0);
  await receiver.completeMessage(message);
});

test("peeking sees active, locked, deferred and scheduled messages, and dead letters in their own queue", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  await sender.sendMessages(["deferred", "dead", "abandoned", "locked", "active"].map((body) => ({ body })));
  await sender.scheduleMessages({ body: "scheduled" }, new Date(Date.now() + 3_600_000));
  const [deferred, dead, abandoned, locked] = await take(receiver, 4);
  if (!deferred || !dead || !abandoned || !locked) throw new Error("four messages were asked for");
  await receiver.deferMessage(deferred);
  await receiver.deadLetterMessage(dead, { deadLetterReason: "seen", deadLetterErrorDescription: "" });
  await receiver.abandonMessage(abandoned);

  expect(await receiver.peekMessages(10)).toMatchObject([
    { body: "deferred", state: "deferred" },
    { body: "abandoned", state: "active", deliveryCount: 1 },
    { body: "locked", state: "active" },
    { body: "active", state: "active", deliveryCount: 0 },
    { body: "scheduled", state: "scheduled" },
  ]);
  const letters = await bus.client().createReceiver(name, { subQueueType: "deadLetter" }).peekMessages(10);
  expect(letters).toMatchObject([{ body: "dead", deadLetterReason: "seen" }]);
  await receiver.completeMessage(locked);
});

test("peeking an empty queue gives nothing", async () => {
  const { receiver, deadLetters } = await bus.queue("plain");
  expect(await receiver.peekMessages(5)).toEqual([]);
  expect(await deadLetters.peekMessages(5)).toEqual([]);
});
