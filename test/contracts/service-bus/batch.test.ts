import { expect, test } from "vitest";
import { bodies, nothingComes, take } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();

test("a batch arrives as single messages, in order, each with its own properties", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const batch = await sender.createMessageBatch();
  // The SDK copies the first message's properties onto the envelope: they must not leak into the others.
  expect(
    batch.tryAddMessage({ body: 1, messageId: "a", subject: "first", applicationProperties: { first: true } }),
  ).toBe(true);
  expect(batch.tryAddMessage({ body: 2, messageId: "b" })).toBe(true);
  expect(batch.tryAddMessage({ body: 3, messageId: "c", correlationId: "third" })).toBe(true);
  await sender.sendMessages(batch);
  const messages = await take(receiver, 3);
  expect(messages).toMatchObject([
    { body: 1, messageId: "a", subject: "first", applicationProperties: { first: true } },
    { body: 2, messageId: "b" },
    { body: 3, messageId: "c", correlationId: "third" },
  ]);
  expect(messages[1]?.subject ?? messages[1]?.applicationProperties?.first ?? messages[2]?.subject).toBeUndefined();
  await Promise.all(messages.map((message) => receiver.completeMessage(message)));
});

test("a batch says when it is full, and what fitted can be sent", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const batch = await sender.createMessageBatch();
  expect(batch.maxSizeInBytes).toBeGreaterThanOrEqual(256 * 1024); // The standard tier's.
  const body = "x".repeat(20_000);
  while (batch.tryAddMessage({ body }));
  expect(batch.sizeInBytes).toBeGreaterThan(batch.maxSizeInBytes - 25_000);
  await sender.sendMessages(batch);
  const messages = await take(receiver, batch.count);
  expect(bodies(messages).every((received) => received === body)).toBe(true);
  await Promise.all(messages.map((message) => receiver.completeMessage(message)));
});

test("a batch keeps to the smaller size it was asked for", async () => {
  const { sender } = await bus.queue("plain");
  const batch = await sender.createMessageBatch({ maxSizeInBytes: 1_000 });
  expect(batch.tryAddMessage({ body: "x".repeat(500) })).toBe(true);
  expect(batch.tryAddMessage({ body: "x".repeat(500) })).toBe(false);
  expect(batch.count).toBe(1);
});

test("an array is sent whole or not at all", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const { maxSizeInBytes } = await sender.createMessageBatch();
  const half = "x".repeat(maxSizeInBytes / 2);
  await expect(sender.sendMessages([{ body: half }, { body: half }])).rejects.toMatchObject({
    code: "MessageSizeExceeded",
  });
  await nothingComes(receiver, 100);
  await sender.sendMessages([{ body: "one" }, { body: "two" }]);
  const messages = await take(receiver, 2);
  expect(bodies(messages)).toEqual(["one", "two"]);
  await Promise.all(messages.map((message) => receiver.completeMessage(message)));
});
