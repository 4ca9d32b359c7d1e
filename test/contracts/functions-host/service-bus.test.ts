import { ServiceBusClient, type ServiceBusMessage } from "@azure/service-bus";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../support/service-bus/emulator.ts";
import { deliveriesMax, durations, queues } from "../../support/service-bus/declaration.ts";
import { until } from "../../support/until.ts";
import { fixtureApp, type FixtureApp, type Host } from "./host-under-test.ts";

const concurrentCalls = 2;
const hostJson = {
  version: "2.0",
  extensions: { http: { routePrefix: "" }, serviceBus: { maxConcurrentCalls: concurrentCalls } },
};

let emulator: Emulator;
let app: FixtureApp;
let client: ServiceBusClient;
beforeAll(async () => {
  [emulator, app] = await Promise.all([startEmulator(), fixtureApp("bus", hostJson)]);
  client = new ServiceBusClient(emulator.connectionString);
});
afterAll(async () => {
  await client.close();
  await Promise.all([emulator.remove(), app.remove()]);
});

const start = (queue: string): Promise<Host> => app.start({ Bus: emulator.connectionString, QUEUE: queue });

const send = async (queue: string, ...messages: ServiceBusMessage[]): Promise<void> => {
  const sender = client.createSender(queue);
  await sender.sendMessages(messages);
  await sender.close();
};

type Got = { message: unknown; running: number; triggerMetadata: Record<string, unknown> };
const printed = (host: Host, word: string): string[] =>
  host
    .output()
    .split("\n")
    .flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
const got = (host: Host): Got[] => printed(host, "GOT").map((text) => JSON.parse(text) as Got);
const gotNumber = (host: Host, count: number): Promise<Got[]> =>
  until(() => got(host).length >= count && got(host), { what: `${count} deliveries`, within: 8_000 });

/** A queue that holds nothing any more, locked messages included: peeking sees those too. */
const isEmpty = (queue: string): Promise<boolean> =>
  until(
    async () => {
      const receiver = client.createReceiver(queue);
      const found = await receiver.peekMessages(1);
      await receiver.close();
      return found.length === 0;
    },
    { what: `${queue} is empty` },
  );

test("messages arrive as Azure hands them on, and are complete when the function returns", async () => {
  const host = await start(queues.plain);
  await send(queues.plain, {
    body: { n: 1 },
    messageId: "m-1",
    correlationId: "c-1",
    contentType: "application/json",
    subject: "s-1",
    applicationProperties: { TraceParent: "00-x", count: 3 },
  });
  const [{ message, triggerMetadata }] = (await gotNumber(host, 1)) as [Got];
  expect(message).toEqual({ n: 1 });
  expect(triggerMetadata).toMatchObject({
    messageId: "m-1",
    correlationId: "c-1",
    contentType: "application/json",
    subject: "s-1",
    label: "s-1",
    deliveryCount: 1,
    sequenceNumber: expect.any(Number) as number,
    lockToken: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    enqueuedTimeUtc: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    expiresAtUtc: "9999-12-31T23:59:59.9999999Z",
    applicationProperties: { traceParent: "00-x", count: 3 },
  });
  await isEmpty(queues.plain);

  await send(queues.plain, { body: Buffer.from("not JSON") }, { body: "123" }, { body: Buffer.from('{"as":"bytes"}') });
  const bodies = (await gotNumber(host, 4)).slice(1).map((one) => one.message);
  expect(bodies).toEqual(expect.arrayContaining(["not JSON", { as: "bytes" }]));
  await isEmpty(queues.plain);
  await host.stop();
});

test("a throw abandons at once, delivery by delivery, until the message is dead; a trigger may read dead letters", async () => {
  const host = await start(queues.fewDeliveries);
  await send(queues.fewDeliveries, { body: { how: "throw" } });
  await until(() => printed(host, "BURIED").length === 1, { what: "the dead letter has been read" });
  expect(got(host).map(({ triggerMetadata }) => triggerMetadata.deliveryCount)).toEqual(
    Array.from({ length: deliveriesMax }, (_, index) => index + 1),
  );
  expect(host.output()).toContain("Function deliver failed: Error: asked to throw");
  await host.stop();
});

test("no more run at once than host.json says, and locks are renewed while they run", async () => {
  const host = await start(queues.shortLock);
  const bodies = Array.from({ length: concurrentCalls + 2 }, () => ({ body: { how: "wait" } }));
  await send(queues.shortLock, ...bodies);
  await gotNumber(host, concurrentCalls);
  const locksOver = Date.now() + durations.shortLock * 1.3;
  await until(() => Date.now() > locksOver, { what: "the first locks would be over" });
  expect(got(host)).toHaveLength(concurrentCalls);
  await fetch(`${host.url}/release`, { method: "POST" });
  await isEmpty(queues.shortLock);
  expect(got(host).map(({ triggerMetadata }) => triggerMetadata.deliveryCount)).toEqual([1, 1, 1, 1]);
  expect(Math.max(...got(host).map(({ running }) => running))).toBe(concurrentCalls);
  await host.stop();
});

test("a stop completes the messages in hand and leaves the others in the queue, untouched", async () => {
  const host = await start(queues.plain);
  await send(queues.plain, ...Array.from({ length: concurrentCalls + 1 }, () => ({ body: { how: "until-stopped" } })));
  await gotNumber(host, concurrentCalls);
  expect((await host.stop()).code).toBe(0);
  expect(got(host)).toHaveLength(concurrentCalls);
  const receiver = client.createReceiver(queues.plain);
  expect(await receiver.peekMessages(10)).toEqual([expect.objectContaining({ deliveryCount: 0 })]);
  await receiver.close();
});

test("where host.json turns off completing and renewing, a message comes again when its lock has run out, handled or not", async () => {
  const serviceBus = { maxConcurrentCalls: 4, autoCompleteMessages: false, maxAutoLockRenewalDuration: "00:00:00" };
  const manual = await fixtureApp("bus", { version: "2.0", extensions: { serviceBus } });
  const host = await manual.start({ Bus: emulator.connectionString, QUEUE: queues.shortLock });
  await send(queues.shortLock, { body: { n: 1 } }, { body: { how: "wait" } });
  const deliveries = (await gotNumber(host, 4)).map(({ message, triggerMetadata }) => ({
    message,
    count: triggerMetadata.deliveryCount,
  }));
  expect(deliveries).toEqual(
    expect.arrayContaining(
      [1, 2].flatMap((count) => [{ n: 1 }, { how: "wait" }].map((message) => ({ message, count }))),
    ),
  );
  await host.kill();
  await manual.remove();
});
