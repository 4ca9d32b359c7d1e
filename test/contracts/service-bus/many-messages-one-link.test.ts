import type { ServiceBusReceiver, ServiceBusSender } from "@azure/service-bus";
import { expect, test } from "vitest";
import { useServiceBus } from "../../support/service-bus/use.ts";
import { until } from "../../support/until.ts";

// A session's ring of deliveries has 2,048 places: a broker that does not clear them stalls a link after that many.
const many = 2_500;
const bus = useServiceBus();
const everyNumber = Array.from({ length: many }, (_, index) => index);

const fill = async (sender: ServiceBusSender): Promise<void> => {
  for (let from = 0; from < many; from += 500) {
    await sender.sendMessages(everyNumber.slice(from, from + 500).map((body) => ({ body })));
  }
};

/** The bodies in the order their handlers were called. */
const receiveAll = async (receiver: ServiceBusReceiver): Promise<unknown[]> => {
  const received: unknown[] = [];
  const errors: unknown[] = [];
  receiver.subscribe(
    {
      processMessage: (message) => {
        received.push(message.body);
        return Promise.resolve();
      },
      processError: ({ error }) => {
        errors.push(error);
        return Promise.resolve();
      },
    },
    { maxConcurrentCalls: 64 },
  );
  await until(() => received.length >= many, { within: 30_000, what: `${many} messages over one link` });
  await receiver.close();
  expect(errors).toEqual([]);
  return received;
};

test(
  "one receiver completes more messages than a session's ring has places, each once and in order",
  { timeout: 60_000 },
  async () => {
    const { name, sender, receiver } = await bus.queue("plain");
    await fill(sender);
    expect(await receiveAll(receiver)).toEqual(everyNumber);
    expect(await bus.contents(name)).toEqual([]);
  },
);

test("one receive-and-delete receiver takes as many", { timeout: 60_000 }, async () => {
  const { client, name, sender } = await bus.queue("plain");
  await fill(sender);
  expect(await receiveAll(client.createReceiver(name, { receiveMode: "receiveAndDelete" }))).toEqual(everyNumber);
  expect(await bus.contents(name)).toEqual([]);
});

test("one sender sends more single messages than a session's ring has places", { timeout: 60_000 }, async () => {
  const { client, name, sender } = await bus.queue("plain");
  const left = everyNumber.values();
  const sendOnes = async (): Promise<void> => {
    for (const body of left) await sender.sendMessages({ body });
  };
  await Promise.all(Array.from({ length: 64 }, sendOnes));
  const receiver = client.createReceiver(name, { receiveMode: "receiveAndDelete" });
  const received: unknown[] = [];
  while (received.length < many) {
    const messages = await receiver.receiveMessages(many - received.length, { maxWaitTimeInMs: 2_000 });
    expect(messages.length).toBeGreaterThan(0);
    received.push(...messages.map(({ body }): unknown => body));
  }
  expect(received.map(Number).sort((a, b) => a - b)).toEqual(everyNumber);
});
