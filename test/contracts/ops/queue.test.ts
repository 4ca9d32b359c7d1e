import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ServiceBusClient, type ServiceBusSender } from "@azure/service-bus";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { connectionString } from "../../../infra/local/service-bus/connection-string.ts";
import { outputTo } from "../../../infra/ops/output.ts";
import { differences } from "../../../infra/ops/queue/declared.ts";
import { run } from "../../../infra/ops/run.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import { closedPort } from "../../support/closed-port.ts";
import { startFanoutBus, type FanoutBus } from "../../support/fanout-bus.ts";
import { inspectorOf, type Inspector } from "../../support/service-bus/inspect.ts";
import { jobOf, sentJob, undertaker } from "../dead-letters/bus-under-test.ts";
import { command, linesOf } from "./operator.ts";

let broker: FanoutBus;
let inspector: Inspector;
let client: ServiceBusClient;
let sender: ServiceBusSender;
beforeAll(async () => {
  broker = await startFanoutBus();
  inspector = inspectorOf(broker.connectionString);
  client = new ServiceBusClient(broker.connectionString);
  sender = client.createSender(fanoutQueue);
});
afterEach(() => inspector.empty(fanoutQueue));
afterAll(async () => {
  await Promise.all([inspector.close(), client.close()]);
  await broker.stop();
});

const env = () => ({ ServiceBusConnection: broker.connectionString, SERVICEBUS_ADMIN_URL: broker.adminUrl });
/** As an operator who may look, and not manage. */
const glimpsing = () => ({ ServiceBusConnection: broker.connectionString });
const soon = () => new Date(Date.now() + 3_600_000);

test("tells what waits, is scheduled and is dead, since when the oldest waits, and that the queue is as declared", async () => {
  const job = jobOf({ acceptedAt: Date.now() - 600_000 });
  const refused = undertaker(broker.connectionString);
  await refused.refused([sentJob()]);
  await refused.close();
  await sender.scheduleMessages(sentJob(), soon());
  await sender.sendMessages([sentJob(job), sentJob()]);
  const { code, stdout, stderr } = await command(["queue", "--json"], { env: env() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [told] = linesOf(stdout);
  expect(told).toMatchObject({
    active: 2,
    scheduled: 1,
    deadLettered: 1,
    transfer: 0,
    isGlimpse: false,
    oldest: { notificationId: job.id, deliveryCount: 0 },
    oldestIsKnown: true,
    differences: [{ property: "lockDuration", is: "PT10S", declared: "PT1M" }],
  });
  expect(told?.oldest).toMatchObject({
    sinceAcceptedSeconds: expect.closeTo(600, -1),
    ageSeconds: expect.closeTo(0, -1),
  });
  const text = await command(["queue"], { env: env() });
  expect(text.stdout).toMatch(/^waiting +2$/m);
  expect(text.stdout).toMatch(/^scheduled +1$/m);
  expect(text.stdout).toMatch(new RegExp(`^oldest +waits \\d+ s, accepted 10 min ago, notification ${job.id}$`, "m"));
  expect(text.stdout).toContain("  lockDuration is PT10S, and PT1M is declared\n");
  expect(text.stdout).toContain("npm run ops -- dead-letters list");
});

test("an empty queue has no oldest", async () => {
  const [told] = linesOf((await command(["queue", "--json"], { env: env() })).stdout);
  expect(told).toMatchObject({ active: 0, scheduled: 0, deadLettered: 0, oldest: null, oldestIsKnown: true });
  expect((await command(["queue"], { env: env() })).stdout).toMatch(/^oldest +none waits$/m);
});

test("a message that is scheduled is not taken for one that waits, however old its number", async () => {
  await sender.scheduleMessages(sentJob(), soon());
  const job = jobOf();
  await sender.sendMessages(sentJob(job));
  for (const settings of [env(), glimpsing()]) {
    const [told] = linesOf((await command(["queue", "--json"], { env: settings })).stdout);
    expect(told).toMatchObject({ active: 1, scheduled: 1, oldest: { notificationId: job.id } });
  }
});

test("where it lies beyond the first 250 messages, the oldest is said to be unknown; counts of a glimpse are said to be no more than that", async () => {
  await sender.scheduleMessages(
    Array.from({ length: 250 }, () => sentJob()),
    soon(),
  );
  await sender.sendMessages({ body: "a stranger's" });
  const [told] = linesOf((await command(["queue", "--json"], { env: env() })).stdout);
  expect(told).toMatchObject({ active: 1, scheduled: 250, oldest: null, oldestIsKnown: false });
  const { stdout } = await command(["queue"], { env: glimpsing() });
  expect(stdout).toMatch(/^scheduled +250 or more$/m);
  expect(stdout).toMatch(/^oldest +unknown: the first 250 messages are all for later$/m);
});

test("whoever may not manage the queue is told what a look shows, and what it takes to know more", async () => {
  await sender.sendMessages({ body: "no job: hunter2" });
  const refusing = createServer((_, response) => response.writeHead(401).end()).listen(0, "127.0.0.1");
  await once(refusing, "listening");
  const url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
  const { code, stdout } = await command(["queue"], { env: { ...glimpsing(), SERVICEBUS_ADMIN_URL: url } });
  refusing.close();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^waiting +1$/m);
  expect(stdout).toMatch(/^oldest +waits \d+ s, no job of this version$/m);
  expect(stdout).toMatch(/^settings +not told$/m);
  expect(stdout).toContain("the role Azure Service Bus Data Owner on it, or a key with Manage");
  expect(stdout).not.toContain("hunter2");
});

test("--watch looks again until Ctrl-C, tells the change, outlives a look that fails, and leaves nothing half-printed", async () => {
  const stop = new AbortController();
  const told = { stdout: "", stderr: "" };
  const lines = (): Record<string, unknown>[] => linesOf(told.stdout);
  const steps = [() => sender.sendMessages([sentJob(), sentJob()]), () => broker.crash(), () => stop.abort()];
  let taken = Promise.resolve();
  const next = (): void => {
    const step = steps.shift();
    taken = taken.then(step);
  };
  const output = outputTo(
    {
      write: (text) => {
        told.stdout += text;
        if (lines().length <= 2) next();
      },
    },
    {
      write: (text) => {
        told.stderr += text;
        next();
      },
    },
  );
  const code = await run(["queue", "--watch", "1", "--json"], {
    env: env(),
    output,
    ask: undefined,
    stop: stop.signal,
  });
  await taken;
  await broker.restart();
  expect(code).toBe(130);
  const [first, second] = lines();
  expect(first).toMatchObject({ active: 0 });
  expect(first).not.toHaveProperty("changePerMinute");
  expect(second).toMatchObject({ active: 2 });
  expect(second?.changePerMinute).toBeGreaterThan(60);
  expect(told.stderr).toMatch(/^Service Bus is throttled or unreachable\. Is it running\?\n$/);
});

test("for people a watch is a table, a line for each look", async () => {
  const stop = new AbortController();
  let stdout = "";
  const write = (text: string): void => {
    stdout += text;
    if (stdout.split("\n").length > 2) stop.abort();
  };
  const output = outputTo({ write }, { write: () => true });
  await run(["queue", "--watch"], { env: env(), output, ask: undefined, stop: stop.signal });
  expect(stdout).toMatch(
    /^TIME +WAITING {2}SCHEDULED {2}DEAD LETTERS +OLDEST {2}CHANGE A MINUTE\n\d\d:\d\d:\d\d {9}0 {10}0 {13}0 +- +-\n$/,
  );
});

test.each(["0", "often", "-1"])("--watch %s is wrong usage", async (seconds) => {
  const ended = await command(["queue", `--watch=${seconds}`], { env: env() });
  expect(ended).toMatchObject({
    code: 64,
    stdout: "",
    stderr: expect.stringContaining("It is a whole number above zero."),
  });
});

test("a bus that is away is told in a sentence, without its key", async () => {
  const key = Buffer.alloc(32, 9).toString("base64");
  const ended = await command(["queue"], { env: { ServiceBusConnection: connectionString(await closedPort(), key) } });
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toMatch(/^Service Bus is throttled or unreachable[^\n]*\n$/);
  expect(ended.stderr).not.toContain(key);
});

const asDeclared = {
  status: "Active",
  lockDuration: "PT60S",
  maxDeliveryCount: 10,
  requiresDuplicateDetection: true,
  duplicateDetectionHistoryTimeWindow: "PT1H",
  deadLetteringOnMessageExpiration: false,
  enablePartitioning: false,
  maxSizeInMegabytes: 1024,
};

test.each([
  { is: {}, differ: [] },
  { is: { lockDuration: "PT5M" }, differ: ["lockDuration"] },
  {
    is: { requiresDuplicateDetection: false, maxDeliveryCount: 5 },
    differ: ["maxDeliveryCount", "requiresDuplicateDetection"],
  },
  { is: { status: "ReceiveDisabled" }, differ: ["status"] },
  { is: { enablePartitioning: undefined }, differ: ["enablePartitioning"] },
])("a queue with $is differs from its declaration in $differ", ({ is, differ }) => {
  const found = differences({ ...asDeclared, ...is }, { isLocal: false });
  expect(found.map(({ property }) => property)).toEqual(differ);
});

test("the local stack's shorter lock is meant", () => {
  expect(differences({ ...asDeclared, lockDuration: "PT10S" }, { isLocal: true })).toEqual([]);
});
