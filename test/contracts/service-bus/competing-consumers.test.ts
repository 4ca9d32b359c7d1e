import type { ServiceBusReceiver } from "@azure/service-bus";
import { expect, test } from "vitest";
import { useServiceBus } from "../../support/service-bus/use.ts";
import { until } from "../../support/until.ts";

const bus = useServiceBus();

test("each message goes to exactly one of the consumers, and both have their share", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  const consumers = [receiver, bus.client().createReceiver(name)];
  const taken: { by: number; body: unknown }[] = [];
  const consume = (consumer: ServiceBusReceiver, by: number): unknown =>
    consumer.subscribe(
      {
        processMessage: (message) => {
          taken.push({ by, body: message.body });
          return Promise.resolve();
        },
        processError: ({ error }) => Promise.reject(error),
      },
      { maxConcurrentCalls: 4 },
    );
  consumers.forEach(consume);
  const sent = Array.from({ length: 400 }, (_, index) => index);
  for (let from = 0; from < sent.length; from += 20) {
    await sender.sendMessages(sent.slice(from, from + 20).map((body) => ({ body })));
  }
  await until(() => taken.length >= sent.length, { within: 10_000, what: "all messages are taken" });
  await Promise.all(consumers.map((consumer) => consumer.close()));
  expect(taken.map(({ body }) => Number(body)).sort((a, b) => a - b)).toEqual(sent);
  expect(new Set(taken.map(({ by }) => by)).size).toBe(2);
  expect(await bus.contents(name)).toEqual([]);
});

test("a slow consumer keeps no more than it handles: the rest goes to the other", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  const other = bus.client().createReceiver(name);
  let free = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    free = resolve;
  });
  const slow: unknown[] = [];
  receiver.subscribe(
    {
      processMessage: (message) => {
        slow.push(message.body);
        return held;
      },
      processError: ({ error }) => Promise.reject(error),
    },
    { maxConcurrentCalls: 2 },
  );
  await sender.sendMessages(Array.from({ length: 10 }, (_, body) => ({ body })));
  await until(() => slow.length === 2, { what: "the slow consumer is busy" });
  const rest: unknown[] = [];
  while (rest.length < 8) {
    const messages = await other.receiveMessages(8 - rest.length, { maxWaitTimeInMs: 3_000 });
    expect(messages).not.toEqual([]);
    for (const message of messages) await other.completeMessage(message);
    rest.push(...messages.map(({ body }): unknown => body));
  }
  expect(slow).toHaveLength(2);
  free();
  await receiver.close();
  expect([...slow, ...rest].map(Number).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
