import { createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import type { ServiceBusClient } from "@azure/service-bus";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { connectionString } from "../../../infra/local/service-bus/connection-string.ts";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { busFanout, openBus, pingBus } from "../../../shared/fanout/fanout.bus.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import { nextJob, parseFanoutJob } from "../../../shared/fanout/job.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { closedPort } from "../../support/closed-port.ts";
import { startFanoutBus, type FanoutBus } from "../../support/fanout-bus.ts";
import { inspectorOf, type Inspector } from "../../support/service-bus/inspect.ts";
import { until } from "../../support/until.ts";
import { fanoutContract, jobOf } from "./fanout-contract.ts";

let broker: FanoutBus;
let inspector: Inspector;
beforeAll(async () => {
  broker = await startFanoutBus();
  inspector = inspectorOf(broker.connectionString);
});
afterAll(async () => {
  await inspector.close();
  await broker.stop();
});

const opened: ServiceBusClient[] = [];
afterEach(() => Promise.all(opened.splice(0).map((bus) => bus.close())));
const open = (connection = broker.connectionString): ServiceBusClient => {
  const bus = openBus({ kind: "connection-string", connectionString: connection });
  opened.push(bus);
  return bus;
};

const inAnHour = (): number => Date.now() + milliseconds.hour;

fanoutContract("The Service Bus emulator", () => ({
  clock: systemClock,
  open: () => busFanout(open(), systemClock),
  take: async (count, within) => (await broker.take(count, within)).map(({ body }): unknown => body),
  held: async () => {
    const places = [{}, { subQueueType: "deadLetter" }] as const;
    const found = await Promise.all(places.map((place) => inspector.contents(fanoutQueue, place)));
    return found.flat().map(({ body }): unknown => body);
  },
  pass: async (time) => {
    await until(() => Date.now() >= time, { what: "the time has come" });
  },
}));

test("a message says what an operator looks for, and lives until six hours after the notification's end, so that a run counts who missed it", async () => {
  const fanout = busFanout(open(), systemClock);
  const job = jobOf({ traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
  const expiresAt = inAnHour();
  const countedUntil = expiresAt + 6 * milliseconds.hour;
  await fanout.send(job, { expiresAt });
  const due = Date.now() + 300;
  await fanout.send(nextJob(job, { version: 3, due }), { expiresAt });
  const [first, later] = await broker.take(2);
  expect(first).toMatchObject({
    messageId: `${job.id}:3:content:0`,
    subject: "content",
    contentType: "application/json",
    applicationProperties: { "Diagnostic-Id": job.traceparent },
  });
  const { timeToLive = 0, enqueuedTimeUtc } = first!;
  expect(Math.abs(enqueuedTimeUtc!.getTime() + timeToLive - countedUntil)).toBeLessThan(2_000);
  expect(later).toMatchObject({ messageId: `${job.id}:3:content:${due}`, timeToLive: countedUntil - due });
});

test("many jobs sent at once all arrive", async () => {
  const fanout = busFanout(open(), systemClock);
  const jobs = Array.from({ length: 200 }, () => jobOf());
  await Promise.all(jobs.map((job) => fanout.send(job, { expiresAt: inAnHour() })));
  const ids = (await broker.take(200)).map(({ body }) => parseFanoutJob(body).id);
  expect(ids.sort()).toEqual(jobs.map(({ id }) => id).sort());
});

test("a bus that answers is reached, one that is not there is unavailable, to send and to ask", async () => {
  await expect(pingBus(open())).resolves.toBeUndefined();
  const nowhere = open(connectionString(await closedPort(), Buffer.alloc(32).toString("base64")));
  const startedAt = performance.now();
  await expect(busFanout(nowhere, systemClock).send(jobOf(), { expiresAt: inAnHour() })).rejects.toThrow(Unavailable);
  await expect(pingBus(nowhere)).rejects.toThrow(Unavailable);
  expect(performance.now() - startedAt).toBeLessThan(8_000);
});

test("a bus with another key is unavailable, and the failure holds no key", async () => {
  const key = Buffer.alloc(32, 9).toString("base64");
  const stranger = open(broker.connectionString.replace(/SharedAccessKey=[^;]+/, `SharedAccessKey=${key}`));
  const failure: unknown = await busFanout(stranger, systemClock)
    .send(jobOf(), { expiresAt: inAnHour() })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Unavailable);
  expect(String(failure)).not.toContain(key);
});

test("a bus that takes connections and says nothing is unavailable within the time limit", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const bus = open(connectionString(port, Buffer.alloc(32).toString("base64")));
  const startedAt = performance.now();
  await Promise.all([
    expect(busFanout(bus, systemClock, { timeLimitMs: 300 }).send(jobOf(), { expiresAt: inAnHour() })).rejects.toThrow(
      Unavailable,
    ),
    expect(pingBus(bus, { timeLimitMs: 300 })).rejects.toThrow(Unavailable),
  ]);
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  for (const socket of sockets) socket.destroy();
  silent.close();
});

test("a sender outlives its bus: unavailable while it is away, at work again when it is back", async () => {
  const bus = open();
  const fanout = busFanout(bus, systemClock);
  await fanout.send(jobOf(), { expiresAt: inAnHour() });
  await pingBus(bus);
  await broker.crash();
  const startedAt = performance.now();
  await expect(fanout.send(jobOf(), { expiresAt: inAnHour() })).rejects.toThrow(Unavailable);
  expect(performance.now() - startedAt).toBeLessThan(9_000);
  await expect(pingBus(bus)).rejects.toThrow(Unavailable);
  await broker.restart();
  const job = jobOf();
  await until(() => fanout.send(job, { expiresAt: inAnHour() }).then(() => true), { what: "a send", within: 15_000 });
  await until(() => pingBus(bus).then(() => true), { what: "an answer", within: 10_000 });
  expect(await broker.take(1)).toMatchObject([{ messageId: `${job.id}:3:content:0` }]);
});
