import { expect, test } from "vitest";
import { bodies, next, nothingComes, numberOf, take } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

// https://learn.microsoft.com/azure/service-bus-messaging/message-sequencing#scheduled-messages
const bus = useServiceBus();
const fromNow = (milliseconds: number): Date => new Date(Date.now() + milliseconds);

test("a message with a scheduled time comes when it is due, not before", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const due = fromNow(1_000);
  await sender.sendMessages({ body: "later", scheduledEnqueueTimeUtc: due });
  await sender.sendMessages({ body: "now" });
  const now = await next(receiver);
  expect(now.body).toBe("now");
  const later = await next(receiver); // This receiver waits already when the message becomes due.
  expect(later.body).toBe("later");
  expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
  expect(later.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(due.getTime());
  expect(later.scheduledEnqueueTimeUtc?.getTime()).toBe(due.getTime());
  await receiver.completeMessage(now);
  await receiver.completeMessage(later);
});

test("scheduled messages come in the order they are due, whatever the order they were scheduled in", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const began = Date.now();
  const at = (milliseconds: number): Date => new Date(began + milliseconds);
  const numbers = await sender.scheduleMessages([{ body: "third" }, { body: "fourth" }], at(1_200));
  expect(numbers).toHaveLength(2);
  await sender.sendMessages([
    { body: "second", scheduledEnqueueTimeUtc: at(900) },
    { body: "first", scheduledEnqueueTimeUtc: at(600) },
  ]);
  const messages = await take(receiver, 4);
  expect(bodies(messages)).toEqual(["first", "second", "third", "fourth"]);
  expect(Date.now()).toBeGreaterThanOrEqual(began + 1_200);
  await Promise.all(messages.map((message) => receiver.completeMessage(message)));
});

test("a message scheduled for the past comes at once", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.scheduleMessages({ body: "by management" }, fromNow(-60_000));
  await sender.sendMessages({ body: "by annotation", scheduledEnqueueTimeUtc: fromNow(-60_000) });
  const messages = await take(receiver, 2);
  expect(bodies(messages)).toEqual(["by management", "by annotation"]);
  await Promise.all(messages.map((message) => receiver.completeMessage(message)));
});

test("a due message takes a new number, as one sent at that moment", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const [scheduled] = await sender.scheduleMessages({ body: "later", messageId: "kept" }, fromNow(500));
  await sender.sendMessages({ body: "now" });
  const [now, later] = await take(receiver, 2);
  if (!scheduled || !now || !later) throw new Error("two messages and a number were asked for");
  expect(bodies([now, later])).toEqual(["now", "later"]);
  expect(later).toMatchObject({ messageId: "kept", state: "active", deliveryCount: 0 });
  expect(numberOf(later).greaterThan(numberOf(now))).toBe(true);
  expect(numberOf(now).greaterThan(scheduled)).toBe(true);
  await receiver.completeMessage(now);
  await receiver.completeMessage(later);
});

test("what is scheduled can be seen by its number, and is not received", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const due = fromNow(3_600_000);
  const numbers = await sender.scheduleMessages([{ body: 1 }, { body: 2 }], due);
  const peeked = await receiver.peekMessages(10);
  expect(peeked).toMatchObject([
    { body: 1, state: "scheduled" },
    { body: 2, state: "scheduled" },
  ]);
  expect(peeked.map((message) => numberOf(message).toString())).toEqual(numbers.map(String));
  expect(peeked[0]?.scheduledEnqueueTimeUtc?.getTime()).toBe(due.getTime());
  await nothingComes(receiver);
});
