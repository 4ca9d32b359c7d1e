import { expect, test } from "vitest";
import { bodies, next, nothingComes, take } from "../../support/service-bus/receive.ts";
import { until } from "../../support/until.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-dead-letter-queues
const bus = useServiceBus();

test("a dead letter carries its reason, its description and everything it was sent with", async () => {
  const { name, sender, receiver, deadLetters } = await bus.queue("plain");
  await sender.sendMessages({
    body: { no: 1 },
    messageId: "kept",
    subject: "s",
    applicationProperties: { own: "kept" },
  });
  await receiver.deadLetterMessage(await next(receiver), {
    deadLetterReason: "unreadable",
    deadLetterErrorDescription: "the first line is missing",
  });
  expect(await bus.contents(name)).toEqual([]);
  const letter = await next(deadLetters);
  expect(letter).toMatchObject({
    body: { no: 1 },
    messageId: "kept",
    subject: "s",
    deadLetterReason: "unreadable",
    deadLetterErrorDescription: "the first line is missing",
    applicationProperties: { own: "kept", DeadLetterReason: "unreadable" },
  });
  await deadLetters.completeMessage(letter);
  expect(await bus.contents(name, { subQueueType: "deadLetter" })).toEqual([]);
});

test("a message can be dead-lettered without a word", async () => {
  const { sender, receiver, deadLetters } = await bus.queue("plain");
  await sender.sendMessages({ body: "silent" });
  await receiver.deadLetterMessage(await next(receiver));
  const letter = await next(deadLetters);
  expect(letter.body).toBe("silent");
  expect(letter.deadLetterReason ?? undefined).toBeUndefined();
  await deadLetters.completeMessage(letter);
});

test("a dead letter is locked and settled like any message", async () => {
  const { client, name, sender, receiver, deadLetters } = await bus.queue("plain");
  await sender.sendMessages([1, 2, 3].map((body) => ({ body })));
  for (const message of await take(receiver, 3)) await receiver.deadLetterMessage(message);

  const [abandoned, deferred, completed] = await take(deadLetters, 3);
  if (!abandoned || !deferred || !completed) throw new Error("three messages were dead-lettered");
  expect(bodies([abandoned, deferred, completed])).toEqual([1, 2, 3]);
  await nothingComes(client.createReceiver(name, { subQueueType: "deadLetter" }), 100);
  await deadLetters.completeMessage(completed);
  await deadLetters.deferMessage(deferred);
  await deadLetters.abandonMessage(abandoned);

  const again = await next(deadLetters);
  expect(again).toMatchObject({ body: 1, deliveryCount: abandoned.deliveryCount! + 1 });
  await deadLetters.completeMessage(again);
  const [fetched] = await deadLetters.receiveDeferredMessages([deferred.sequenceNumber!]);
  expect(fetched?.body).toBe(2);
  if (fetched) await deadLetters.completeMessage(fetched);
  expect(await bus.contents(name, { subQueueType: "deadLetter" })).toEqual([]);
});

test("dead letters stay, however often they are abandoned and whatever their time to live", async () => {
  const { name, sender, receiver, deadLetters } = await bus.queue("fewDeliveries");
  await sender.sendMessages({ body: "stays", timeToLive: 1_000 });
  const message = await next(receiver);
  await receiver.deadLetterMessage(message);
  // Five times is more than the queue allows its own messages; meanwhile the time to live runs out.
  for (let round = 0; round < 5; round += 1) await deadLetters.abandonMessage(await next(deadLetters));
  const expiry = message.expiresAtUtc?.getTime() ?? Infinity;
  await until(() => Date.now() > expiry + 200, { what: "its time to live has run out" });
  const letter = await next(deadLetters);
  expect(letter.body).toBe("stays");
  await deadLetters.completeMessage(letter);
  expect(await bus.contents(name, { subQueueType: "deadLetter" })).toEqual([]);
});

test("nothing can be sent to a dead-letter queue", async () => {
  const { name } = await bus.queue("plain");
  const sender = bus
    .client({ retryOptions: { maxRetries: 0, timeoutInMs: 5_000 } })
    .createSender(`${name}/$deadletterqueue`);
  await expect(sender.sendMessages({ body: "forged" })).rejects.toMatchObject({ name: "ServiceBusError" });
  expect(await bus.contents(name, { subQueueType: "deadLetter" })).toEqual([]);
});
