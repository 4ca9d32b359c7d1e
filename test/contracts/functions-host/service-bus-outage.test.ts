import { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll, expect, test } from "vitest";
import { queues } from "../../support/service-bus/declaration.ts";
import { startEmulator, type Emulator } from "../../support/service-bus/emulator.ts";
import { until } from "../../support/until.ts";
import { fixtureApp, type FixtureApp, type Host } from "./host-under-test.ts";

let emulator: Emulator;
let app: FixtureApp;
beforeAll(async () => {
  [emulator, app] = await Promise.all([startEmulator(), fixtureApp("bus")]);
});
afterAll(() => Promise.all([emulator.remove(), app.remove()]));

const send = async (body: unknown): Promise<void> => {
  const client = new ServiceBusClient(emulator.connectionString);
  await client.createSender(queues.shortLock).sendMessages({ body });
  await client.close();
};
const isEmpty = async (): Promise<boolean> => {
  const client = new ServiceBusClient(emulator.connectionString);
  const found = await client.createReceiver(queues.shortLock).peekMessages(1);
  await client.close();
  return found.length === 0;
};
const count = (host: Host, what: string): number => host.output().split(what).length - 1;
const says = (host: Host, what: string): Promise<true> =>
  until(() => host.output().includes(what), { what: `the host says ${what}`, within: 12_000 });

test("a bus that is away at start, and dies in mid-delivery, is told once each time; the host goes on when it is back", async () => {
  await emulator.crash();
  const host = await app.start({ Bus: emulator.connectionString, QUEUE: queues.shortLock });
  const isServing = (): Promise<boolean> => fetch(`${host.url}/nowhere`).then(({ status }) => status === 404);
  await says(host, "Function deliver: no messages from the queue");
  expect(await isServing()).toBe(true);

  await emulator.restart();
  await says(host, "Function deliver: the queue conformance-short-lock can be read again.");
  await send("after the first outage");
  await says(host, 'GOT {"message":"after the first outage"');

  await send({ how: "wait" });
  await says(host, 'GOT {"message":{"how":"wait"}');
  await emulator.crash();
  await fetch(`${host.url}/release`, { method: "POST" }); // it returns while nobody is there to be told
  await until(() => count(host, "Function deliver: no messages from the queue") === 2, { what: "the outage is told" });
  await emulator.restart();
  await until(() => count(host, "Function deliver: the queue conformance-short-lock can be read again.") === 2, {
    what: "the end of the outage is told",
    within: 12_000,
  });
  await send("after the second outage");
  await says(host, 'GOT {"message":"after the second outage"');
  // The message that was in hand is completed late, or comes again once its lock is over; it does not stay.
  await until(isEmpty, { what: "the queue is empty", within: 10_000 });

  expect(count(host, "Function deliver: no messages from the queue")).toBe(2);
  expect((await host.stop()).code).toBe(0);
}, 60_000);

test("a host whose bus is away stops as quickly as any", async () => {
  await emulator.crash();
  const host = await app.start({ Bus: emulator.connectionString, QUEUE: queues.shortLock });
  await says(host, "Function deliver: no messages from the queue");
  expect((await host.stop()).code).toBe(0);
  await emulator.restart();
});
