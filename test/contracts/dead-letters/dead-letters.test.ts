import type { ServiceBusClient } from "@azure/service-bus";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { watchDeadLetters } from "../../../functions/watch-dead-letters.ts";
import { connectionString } from "../../../infra/local/service-bus/connection-string.ts";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { busDeadLetters } from "../../../shared/fanout/dead-letters.bus.ts";
import type { Cleared, DeadLetter, DeadLetters } from "../../../shared/fanout/dead-letters.ts";
import { openBus } from "../../../shared/fanout/fanout.bus.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import { parseFanoutJob } from "../../../shared/fanout/job.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { dummyEnvironment } from "../../bench/cold-start/dummy-environment.ts";
import { loadApp } from "../../support/app-in-process.ts";
import { closedPort } from "../../support/closed-port.ts";
import { startFanoutBus, type FanoutBus } from "../../support/fanout-bus.ts";
import { inspectorOf, type Inspector } from "../../support/service-bus/inspect.ts";
import { jobOf, sentJob, undertaker } from "./bus-under-test.ts";

let broker: FanoutBus;
let inspector: Inspector;
let undertakes: ReturnType<typeof undertaker>;
beforeAll(async () => {
  broker = await startFanoutBus();
  inspector = inspectorOf(broker.connectionString);
  undertakes = undertaker(broker.connectionString);
});
afterAll(async () => {
  await Promise.all([inspector.close(), undertakes.close()]);
  await broker.stop();
});

const opened: ServiceBusClient[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((bus) => bus.close()));
  await inspector.empty(fanoutQueue);
});
const open = (connection = broker.connectionString): ServiceBusClient => {
  const bus = openBus({ kind: "connection-string", connectionString: connection });
  opened.push(bus);
  return bus;
};
const lettersOf = (bus = open()): DeadLetters => busDeadLetters(bus, systemClock, { patienceMs: 100 });
const seenBy = async (letters: DeadLetters): Promise<DeadLetter[]> => {
  const seen: DeadLetter[] = [];
  for await (const letter of letters.all()) seen.push(letter);
  return seen;
};
const manyJobs = (count: number) => Array.from({ length: count }, () => sentJob());
const ignore = { each: () => undefined };
const waiting = () => inspector.contents(fanoutQueue);

test("what a consumer failed with ten times is told with its job, its reason and its deliveries, at every look", async () => {
  const job = jobOf({ kind: "state", version: 7, hop: 2, due: Date.now() - 1_000 });
  const [sequence] = await undertakes.abandoned([sentJob(job)]);
  const letters = lettersOf();
  const first = await seenBy(letters);
  expect(first).toMatchObject([
    {
      sequence,
      messageId: `${job.id}:7:state:${job.due}`,
      content: { kind: "job", job },
      reason: "MaxDeliveryCountExceeded",
      deliveryCount: 10,
    },
  ]);
  expect(Date.now() - first[0]!.enqueuedAt).toBeLessThan(10_000);
  expect(await seenBy(letters)).toEqual(first); // from the start again, and nothing was taken
});

test("a stranger's message is told without its body, and without what its sender wrote into the reason", async () => {
  const secret = "0123456789".repeat(5);
  const body = { secret, hop: "first" };
  await undertakes.refused([{ body, messageId: "odd" }], {
    deadLetterReason: "refused\nagain",
    deadLetterErrorDescription: `see https://x.example/?k=${secret} key=abc`,
  });
  const [letter] = await seenBy(lettersOf());
  expect(letter).toMatchObject({
    messageId: "odd",
    content: { kind: "unreadable" },
    reason: "refused again",
    description: "see (address) key=(hidden)",
  });
  expect(JSON.stringify(letter)).not.toContain(secret);
});

test("a look goes through all pages, and tells what comes to be a dead letter later though its number is lower", async () => {
  const letters = lettersOf();
  const die = await undertakes.held(sentJob());
  const numbers = await undertakes.refused(manyJobs(260));
  expect((await seenBy(letters)).map(({ sequence }) => sequence)).toEqual(numbers);
  const late = await die();
  expect((await seenBy(letters)).map(({ sequence }) => sequence)).toEqual([late, ...numbers]);
});

test("a replayed dead letter is on the queue again as it was sent but that it comes again, under a name of its own, and no dead letter any more", async () => {
  const job = jobOf({ traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
  const [sequence = ""] = await undertakes.abandoned([sentJob(job)]);
  const cleared: Cleared[] = [];
  const left = await lettersOf().replay([sequence], { each: (one) => cleared.push(one) });
  const replayedAs = `${job.id}:3:content:0:r${sequence}`;
  expect({ left, cleared }).toEqual({
    left: { absent: [], locked: [] },
    cleared: [{ sequence, messageId: `${job.id}:3:content:0`, replayedAs }],
  });
  const [message] = await broker.take(1);
  expect(parseFanoutJob(message?.body)).toEqual({ ...job, again: job.version, replayedAt: expect.any(Number) });
  expect(message).toMatchObject({
    messageId: replayedAs,
    subject: "content",
    contentType: "application/json",
    deliveryCount: 0,
  });
  expect(message?.applicationProperties).toEqual({ "Diagnostic-Id": job.traceparent });
  // What is left: the hour of the notification, and the six in which content is counted.
  expect(message?.timeToLive).toBeGreaterThan(7 * milliseconds.hour - 20_000);
  expect(message?.timeToLive).toBeLessThan(7 * milliseconds.hour);
  expect(await seenBy(lettersOf())).toEqual([]);
});

test("replayed twice, as after a crash before the dead letter was removed, it runs once", async () => {
  const [sequence = ""] = await undertakes.abandoned([sentJob()]);
  const crashed = open();
  const receiver = crashed.createReceiver(fanoutQueue, { subQueueType: "deadLetter" });
  crashed.createReceiver = () =>
    Object.assign(receiver, { completeMessage: () => Promise.reject(new Error("killed")) });
  await expect(lettersOf(crashed).replay([sequence], ignore)).rejects.toThrow(Unavailable);
  expect(await seenBy(lettersOf())).toHaveLength(1);
  expect(await waiting()).toHaveLength(1);

  expect(await lettersOf().replay([sequence], ignore)).toEqual({ absent: [], locked: [] });
  expect(await seenBy(lettersOf())).toEqual([]);
  expect(await broker.take(2, 300)).toHaveLength(1);
});

test("a copy that fails again is a dead letter of its own, and can be replayed in its turn", async () => {
  const job = jobOf();
  const [first = ""] = await undertakes.abandoned([sentJob(job)]);
  await lettersOf().replay([first], ignore);
  const [again = ""] = await undertakes.failed(1);
  expect(Number(again)).toBeGreaterThan(Number(first));
  await lettersOf().replay([again], ignore);
  expect(await broker.take(1)).toMatchObject([{ messageId: `${job.id}:3:content:0:again-3:r${again}` }]);
});

test("of many only the chosen are touched, the last as well as the first; the others stay, and stay available", async () => {
  const numbers = await undertakes.refused(manyJobs(130));
  const chosen = [numbers[0]!, numbers[129]!, numbers[60]!];
  expect(await lettersOf().discard(chosen, ignore)).toEqual({ absent: [], locked: [] });
  const others = numbers.filter((number) => !chosen.includes(number));
  expect((await seenBy(lettersOf())).map(({ sequence }) => sequence)).toEqual(others);
  expect(await waiting()).toEqual([]);
  expect(await lettersOf().replay(others, ignore)).toEqual({ absent: [], locked: [] });
  expect(await waiting()).toHaveLength(127);
});

test("what is not there, or in somebody else's hands, is said and left alone", async () => {
  const [mine = "", theirs = ""] = await undertakes.refused(manyJobs(2));
  const locked = await undertakes.letters.receiveMessages(2);
  for (const message of locked) {
    if (String(message.sequenceNumber) === mine) await undertakes.letters.abandonMessage(message);
  }
  let waited = 0;
  const left = await lettersOf().discard(["999999", mine, theirs], { ...ignore, waiting: () => (waited += 1) });
  expect(left).toEqual({ absent: ["999999"], locked: [theirs] });
  expect(waited).toBeGreaterThan(0);
  expect((await seenBy(lettersOf())).map(({ sequence }) => sequence)).toEqual([theirs]);
  for (const message of locked) {
    if (String(message.sequenceNumber) === theirs) await undertakes.letters.abandonMessage(message);
  }
});

test("stopped on the way it finishes what it has begun, and begins no other", async () => {
  const numbers = await undertakes.refused(manyJobs(120));
  const stop = new AbortController();
  const cleared: string[] = [];
  const each = ({ sequence }: Cleared): void => {
    cleared.push(sequence);
    if (cleared.length === 30) stop.abort();
  };
  await lettersOf().discard(numbers, { each, stop: stop.signal });
  expect(cleared.length).toBeGreaterThanOrEqual(30);
  expect(cleared.length).toBeLessThan(60);
  const left = (await seenBy(lettersOf())).map(({ sequence }) => sequence);
  expect([...left, ...cleared].sort()).toEqual([...numbers].sort());
});

test("a bus that is away is unavailable, to look and to act", async () => {
  const nowhere = lettersOf(open(connectionString(await closedPort(), Buffer.alloc(32).toString("base64"))));
  await expect(seenBy(nowhere)).rejects.toThrow(Unavailable);
  await expect(nowhere.replay(["1"], ignore)).rejects.toThrow(Unavailable);
});

test("the watch tells each dead letter once, takes none, and says so when the bus is away", async () => {
  const watch = watchDeadLetters({ deadLetters: lettersOf(), clock: systemClock });
  const look = async (): Promise<FanfareEvent[]> => {
    const events: FanfareEvent[] = [];
    await watch((event) => events.push(event));
    return events;
  };
  expect(await look()).toMatchObject([{ event: "dead-letters", total: 0 }]);
  const job = jobOf();
  const [sequence] = await undertakes.abandoned([sentJob(job)]);
  expect(await look()).toMatchObject([
    { event: "dead-letter", sequence, notificationId: job.id },
    { event: "dead-letters", total: 1, fresh: 1 },
  ]);
  expect(await look()).toMatchObject([{ event: "dead-letters", total: 1, fresh: 0 }]);
  const nowhere = lettersOf(open(connectionString(await closedPort(), Buffer.alloc(32).toString("base64"))));
  await watchDeadLetters({ deadLetters: nowhere, clock: systemClock })((event) => {
    expect(event).toMatchObject({ event: "dead-letters", unavailable: "Service Bus is throttled or unreachable" });
  });
});

test("the app's own timer is the watch", async () => {
  const app = await loadApp({ ...dummyEnvironment(), ServiceBusConnection: broker.connectionString });
  const [sequence = ""] = await undertakes.refused([sentJob()]);
  await app.timer("watch-dead-letters");
  expect(app.logged).toEqual([
    expect.stringContaining(`dead letter ${sequence}`),
    "dead letters: 1, 1 new; npm run ops -- dead-letters list",
  ]);
  await app.close();
});
