import { expect, test } from "vitest";
import { bodies, next, nothingComes, take } from "../../support/service-bus/receive.ts";
import { durations } from "../../support/service-bus/declaration.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";
import { until } from "../../support/until.ts";

// https://learn.microsoft.com/azure/service-bus-messaging/duplicate-detection
const bus = useServiceBus();
/** The broker remembers ids beyond a test, and this suite runs more than once against the same broker. */
const newId = (): string => crypto.randomUUID();

test("a second message with the same id is accepted and dropped, one with another id passes", async () => {
  const { sender, receiver } = await bus.queue("noDuplicates");
  const messageId = newId();
  await sender.sendMessages({ body: "first", messageId });
  await sender.sendMessages({ body: "repeated", messageId });
  await sender.sendMessages({ body: "other", messageId: newId() });
  const messages = await take(receiver, 2);
  expect(bodies(messages)).toEqual(["first", "other"]);
  for (const message of messages) await receiver.completeMessage(message);
  await nothingComes(receiver, 50);
});

test("an id is remembered after its message was completed, abandoned or dead-lettered", async () => {
  const { sender, receiver, deadLetters } = await bus.queue("noDuplicates");
  const sent = [1, 2].map((body) => ({ body, messageId: newId() }));
  await sender.sendMessages(sent);
  const [completed, buried] = await take(receiver, 2);
  if (!completed || !buried) throw new Error("two messages were sent");
  await receiver.completeMessage(completed);
  await receiver.abandonMessage(buried);
  await receiver.deadLetterMessage(await next(receiver));
  await sender.sendMessages(sent);
  await nothingComes(receiver);
  await deadLetters.completeMessage(await next(deadLetters));
});

test("a repeated id within one batch is dropped", async () => {
  const { sender, receiver } = await bus.queue("noDuplicates");
  const messageId = newId();
  await sender.sendMessages([
    { body: "first", messageId },
    { body: "repeated", messageId },
    { body: "other", messageId: newId() },
  ]);
  const messages = await take(receiver, 2);
  expect(bodies(messages)).toEqual(["first", "other"]);
  for (const message of messages) await receiver.completeMessage(message);
  await nothingComes(receiver, 50);
});

test("a scheduled message counts from when it was sent: a repetition, scheduled or not, is dropped", async () => {
  const { sender, receiver } = await bus.queue("noDuplicates");
  const due = new Date(Date.now() + 800);
  const [managed, annotated] = [newId(), newId()];
  await sender.scheduleMessages({ body: "managed", messageId: managed }, due);
  await sender.sendMessages({ body: "annotated", messageId: annotated, scheduledEnqueueTimeUtc: due });
  await sender.scheduleMessages({ body: "repeated", messageId: managed }, due);
  await sender.sendMessages({ body: "repeated", messageId: managed });
  await sender.sendMessages({ body: "repeated", messageId: annotated, scheduledEnqueueTimeUtc: due });
  const messages = await take(receiver, 2);
  expect(bodies(messages)).toEqual(["managed", "annotated"]);
  expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
  for (const message of messages) await receiver.completeMessage(message);
  await nothingComes(receiver, 100);
});

test("messages without an id are never duplicates", async () => {
  const { sender, receiver } = await bus.queue("noDuplicates");
  await sender.sendMessages([{ body: "same" }, { body: "same" }]);
  const messages = await take(receiver, 2);
  for (const message of messages) await receiver.completeMessage(message);
});

test("when the window has passed, the id is free again", { timeout: 60_000 }, async () => {
  const { sender, receiver } = await bus.queue("noDuplicates");
  const messageId = newId();
  await sender.sendMessages({ body: "first", messageId });
  const over = Date.now() + durations.duplicateWindow + 1_000;
  await receiver.completeMessage(await next(receiver));
  await until(() => Date.now() > over, { within: 50_000, what: "the window has passed" });
  await sender.sendMessages({ body: "second", messageId });
  const message = await next(receiver);
  expect(message.body).toBe("second");
  await receiver.completeMessage(message);
});
