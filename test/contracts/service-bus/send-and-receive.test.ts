import type { ServiceBusMessage, ServiceBusReceivedMessage } from "@azure/service-bus";
import { expect, test } from "vitest";
import { bodies, next, numberOf, take } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();

test.each<{ kind: string; body: unknown; read?: unknown }>([
  { kind: "text", body: "Grüße, 世界 🎉" },
  { kind: "empty text", body: "" },
  { kind: "an object", body: { id: 7, nested: { list: [1, "two", null, true] } } },
  { kind: "a list", body: [1, 2, 3] },
  { kind: "a number", body: 42.5 },
  { kind: "nothing", body: undefined, read: null },
  { kind: "bytes", body: Buffer.from([0, 255, 128, 10, 13]) },
  { kind: "no bytes", body: Buffer.alloc(0) },
])("a body of $kind arrives as it was sent", async ({ body, read = body }) => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.sendMessages({ body });
  const message = await next(receiver);
  expect(message.body).toEqual(read);
  await receiver.completeMessage(message);
});

test.each<Pick<ServiceBusReceivedMessage["_rawAmqpMessage"], "body" | "bodyType">>([
  { bodyType: "value", body: { answer: 42, words: ["a", "b"], missing: null } },
  { bodyType: "value", body: "plain text" },
  { bodyType: "sequence", body: [[1, "two"], [3]] },
  { bodyType: "data", body: Buffer.from([1, 2, 3]) },
])("an AMQP $bodyType body keeps its kind and content", async (amqp) => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.sendMessages(amqp);
  const message = await next(receiver);
  expect(message._rawAmqpMessage.bodyType).toBe(amqp.bodyType);
  expect(message.body).toEqual(amqp.body);
  await receiver.completeMessage(message);
});

test("every property and application property arrives as it was sent", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const sent: ServiceBusMessage = {
    body: "all of it",
    messageId: "id-1",
    correlationId: "correlation-1",
    contentType: "text/plain",
    subject: "a subject",
    to: "somebody",
    replyTo: "a queue for answers",
    replyToSessionId: "answers-session",
    partitionKey: "one-partition",
    timeToLive: 60_000,
    applicationProperties: { text: "ü", whole: 42, negative: -7, fraction: 1.5, yes: true, no: false, nothing: null },
  };
  await sender.sendMessages(sent);
  const message = await next(receiver);
  expect(message).toMatchObject(sent);
  await receiver.completeMessage(message);
});

test("a date among the application properties keeps its instant", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const at = new Date("2026-02-03T04:05:06.789Z");
  await sender.sendMessages({ body: "dated", applicationProperties: { at } });
  const message = await next(receiver);
  expect(message.applicationProperties?.at).toBe(at.getTime()); // The SDK gives dates as milliseconds.
  await receiver.completeMessage(message);
});

test("a number as message id stays that number", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.sendMessages({ body: "numbered", messageId: 4_711, correlationId: 12 });
  const message = await next(receiver);
  expect(message).toMatchObject({ messageId: 4_711, correlationId: 12 });
  await receiver.completeMessage(message);
});

test("a message sent without an id is given one of its own", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.sendMessages([{ body: "first" }, { body: "second" }]);
  const messages = await take(receiver, 2);
  const ids = messages.map(({ messageId }) => messageId);
  expect(ids.every((id) => typeof id === "string" && id.length > 0)).toBe(true);
  expect(new Set(ids).size).toBe(2);
  // Settling and closing read the id (the SDK stops renewing the lock by it).
  for (const message of messages) await receiver.completeMessage(message);
  await receiver.close();
});

test("the broker adds number, times and lock token", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const before = Date.now();
  await sender.sendMessages({ body: "stamped", timeToLive: 60_000 });
  const message = await next(receiver);
  expect(message).toMatchObject({ state: "active", deliveryCount: 0 });
  expect(message.lockToken).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
  const enqueued = message.enqueuedTimeUtc?.getTime() ?? 0;
  expect(Math.abs(enqueued - before)).toBeLessThan(5_000);
  expect(message.expiresAtUtc?.getTime()).toBe(enqueued + 60_000);
  expect(Math.abs((message.lockedUntilUtc?.getTime() ?? 0) - before - 60_000)).toBeLessThan(5_000);
  await receiver.completeMessage(message);
});

test("messages are received in the order they were sent, with rising numbers", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const sent = Array.from({ length: 20 }, (_, index) => index);
  for (const body of sent) await sender.sendMessages({ body });
  const messages = await take(receiver, sent.length);
  expect(bodies(messages)).toEqual(sent);
  const numbers = messages.map((message) => numberOf(message).toNumber());
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  await Promise.all(messages.map((message) => receiver.completeMessage(message)));
});

test("a receiver that already waits gets a message as soon as it is sent", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.createMessageBatch(); // Opens the link, so that only the delivery is measured.
  const waiting = next(receiver, 10_000);
  const began = performance.now();
  await sender.sendMessages({ body: "awaited" });
  const message = await waiting;
  expect(message.body).toBe("awaited");
  expect(performance.now() - began).toBeLessThan(2_000);
  await receiver.completeMessage(message);
});
