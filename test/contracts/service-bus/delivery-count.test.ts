import { expect, test } from "vitest";
import { deliveriesMax } from "../../support/service-bus/declaration.ts";
import { next, nothingComes, untilLapsed } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";
import { until } from "../../support/until.ts";

// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-dead-letter-queues#maximum-delivery-count
const bus = useServiceBus();

test("after its last allowed delivery an abandoned message is a dead letter, with the reason", async () => {
  const { sender, receiver, deadLetters } = await bus.queue("fewDeliveries");
  await sender.sendMessages({ body: "poison", messageId: "kept" });
  for (let count = 0; count < deliveriesMax; count += 1) {
    const message = await next(receiver);
    expect(message.deliveryCount).toBe(count);
    await receiver.abandonMessage(message);
  }
  await nothingComes(receiver, 100);
  const letter = await next(deadLetters);
  expect(letter).toMatchObject({ body: "poison", messageId: "kept", deadLetterReason: "MaxDeliveryCountExceeded" });
  expect(letter.deadLetterErrorDescription).toContain(String(deliveriesMax));
  await deadLetters.completeMessage(letter);
});

test("a lapsed lock counts as a delivery; after the last one the message is a dead letter", async () => {
  const { sender, receiver, deadLetters } = await bus.queue("fewDeliveries");
  await sender.sendMessages({ body: "slow poison" });
  for (let count = 0; count < deliveriesMax - 1; count += 1) await receiver.abandonMessage(await next(receiver));
  const last = await next(receiver);
  expect(last.deliveryCount).toBe(deliveriesMax - 1);
  const letter = await next(deadLetters, untilLapsed(last));
  expect(letter).toMatchObject({ body: "slow poison", deadLetterReason: "MaxDeliveryCountExceeded" });
  await deadLetters.completeMessage(letter);
  await nothingComes(receiver, 50);
});

test("a message completed at its last delivery is no dead letter", async () => {
  const { name, sender, receiver } = await bus.queue("fewDeliveries");
  await sender.sendMessages({ body: "just in time" });
  for (let count = 0; count < deliveriesMax - 1; count += 1) await receiver.abandonMessage(await next(receiver));
  await receiver.completeMessage(await next(receiver));
  expect(await bus.contents(name)).toEqual([]);
  expect(await bus.contents(name, { subQueueType: "deadLetter" })).toEqual([]);
});

test("a handler that always throws sees its message as often as allowed, then it is a dead letter", async () => {
  const { name, sender, receiver, deadLetters } = await bus.queue("fewDeliveries");
  const seen: unknown[] = [];
  receiver.subscribe({
    processMessage: (message) => {
      seen.push(message.deliveryCount);
      return Promise.reject(new Error("cannot read this"));
    },
    processError: () => Promise.resolve(),
  });
  await sender.sendMessages({ body: "unreadable" });
  await until(async () => (await bus.contents(name, { subQueueType: "deadLetter" })).length === 1, {
    what: "a dead letter",
  });
  await receiver.close();
  expect(seen).toEqual([0, 1, 2]);
  await deadLetters.completeMessage(await next(deadLetters));
});
