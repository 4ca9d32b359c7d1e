import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll, expect, test } from "vitest";
import { secretsIn } from "../../../infra/local/secrets.ts";
import { connectionString } from "../../../infra/local/service-bus/connection-string.ts";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { busBacklog } from "../../../shared/fanout/backlog.bus.ts";
import { busFanout, openBus } from "../../../shared/fanout/fanout.bus.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import { busyWatch } from "../../../shared/throttle/busy-watch.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { closedPort } from "../../support/closed-port.ts";
import { startProgram, type Program } from "../../support/program.ts";
import { until } from "../../support/until.ts";
import { newFeed } from "../feed/samples.ts";

/** An emulator whose queue `fanout` holds a megabyte. */
let broker: {
  readonly program: Program;
  readonly folder: string;
  readonly connection: string;
  readonly adminUrl: string;
};
let bus: ServiceBusClient;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-busy-"));
  const queues = join(folder, "queues.json");
  await writeFile(queues, JSON.stringify([{ name: fanoutQueue, properties: { maxSizeInMegabytes: 1 } }]));
  const program = await startProgram({
    name: "service-bus",
    env: {
      FANFARE_DATA_DIR: folder,
      FANFARE_SERVICEBUS_QUEUES: queues,
      FANFARE_SERVICEBUS_PORT: "0",
      FANFARE_SERVICEBUS_ADMIN_PORT: "0",
      FANFARE_EPHEMERAL: "1",
    },
  });
  const [port = "", adminPort = ""] = [...program.ready.matchAll(/:(\d+)/g)].map(([, digits]) => digits);
  const { serviceBusKey } = await secretsIn(folder);
  const connection = connectionString(Number(port), serviceBusKey);
  broker = { program, folder, connection, adminUrl: `http://127.0.0.1:${adminPort}` };
  bus = openBus(access());
});
afterAll(async () => {
  await bus.close();
  await broker.program.kill();
  await rm(broker.folder, { recursive: true });
});
const access = () => ({ kind: "connection-string", connectionString: broker.connection }) as const;

const send = (fanout: ReturnType<typeof busFanout>): Promise<void> =>
  fanout.send(
    { v: 1, feed: newFeed(), id: newNotificationId(Date.now()), version: 1, kind: "content", hop: 0, acceptedAt: 0 },
    { expiresAt: Date.now() + milliseconds.hour },
  );
const empty = async (): Promise<void> => {
  const receiver = bus.createReceiver(fanoutQueue, { receiveMode: "receiveAndDelete" });
  while ((await receiver.receiveMessages(100, { maxWaitTimeInMs: 200 })).length > 0);
  await receiver.close();
};

test("messages that wait are counted, and a backlog of them shuts writes out", async () => {
  const backlog = busBacklog(access(), { adminUrl: broker.adminUrl });
  const { fanout, busy } = busyWatch({
    fanout: busFanout(bus, systemClock),
    backlog,
    backlogLimit: 2,
    clock: systemClock,
  });
  for (let index = 0; index < 3; index += 1) await send(fanout);
  expect(await backlog?.()).toBe(3);
  busy.check(); // nobody has looked yet: this one starts it
  const refused = (): boolean => {
    try {
      busy.check();
    } catch (error) {
      expect(error).toMatchObject({ kind: "busy", retryAfterSeconds: 10 });
      return true;
    }
    return false;
  };
  await until(refused, { what: "a refusal" });
  await empty();
  expect(await backlog?.()).toBe(0);
});

test("a full queue is unavailable, and shuts writes out until there is room", async () => {
  const { fanout, busy } = busyWatch({
    fanout: busFanout(bus, systemClock),
    backlog: undefined,
    backlogLimit: 1,
    clock: systemClock,
  });
  const sender = bus.createSender(fanoutQueue);
  const fill = async (bytes: number): Promise<void> => {
    for (;;) await sender.sendMessages({ body: "x".repeat(bytes) });
  };
  // The large ones leave room for small ones, and these for smaller ones.
  for (const bytes of [200_000, 10_000, 300])
    await expect(fill(bytes)).rejects.toMatchObject({ code: "QuotaExceeded" });
  await expect(send(fanout)).rejects.toThrow(Unavailable);
  expect(() => busy.check()).toThrow(expect.objectContaining({ kind: "busy", retryAfterSeconds: 5 }));
  await empty();
  await send(fanout);
  busy.check();
});
test("an emulator whose administration is not told cannot be asked", () => {
  expect(busBacklog(access())).toBeUndefined();
});

test("an administration that is away, or gives no answer in time, is told by a rejection", async () => {
  const nowhere = busBacklog(access(), { adminUrl: `http://127.0.0.1:${await closedPort()}` });
  await expect(nowhere?.()).rejects.toThrow();
  await expect(busBacklog(access(), { adminUrl: broker.adminUrl, timeLimitMs: 0 })?.()).rejects.toThrow();
});
