import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import webpush from "web-push";
import type { LocalStack } from "../../support/stack.ts";
import { aheadOf, type Ahead } from "./ahead.ts";
import { arrivalsAt } from "./arrivals.ts";
import { figuresOf, type Figures, type Round, type Sent } from "./figures.ts";
import { floor } from "./floor.ts";
import { withFloorQueue } from "./floor-queue.ts";
import { help, pipelineOptions, type PipelineOptions } from "./options.ts";
import { plainLoop, type VapidKeys } from "./plain-loop.ts";
import { processorTime, spentBetween } from "./processor-time.ts";
import { report, summary } from "./report.ts";
import { subscribers, type Subscriber } from "./subscribers.ts";
import { throughApi, type Load } from "./through-api.ts";
import { withStack } from "./with-stack.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A bench that is stuck ends all the same. */
const endsWithinMs = 30 * 60_000;

/** Runs the bench and prints its report. Resolves to the exit code: 1 when anything was refused or lost. */
export const pipeline = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  const options = pipelineOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const stop = firstSignal([interrupted, AbortSignal.timeout(endsWithinMs)]);
  const vapid = webpush.generateVAPIDKeys();
  const folder = await mkdtemp(join(tmpdir(), "fanfare-bench-queues-"));
  try {
    const env = await withFloorQueue(folder);
    const rounds = await withStack({ ...options, vapid, stop, env }, (stack) => measure(stack, options, vapid, stop));
    const machine = { options, node: process.version, cpus: availableParallelism() };
    const figures = { ...machine, rounds, ...summary(rounds, options) };
    console.log(options.json ? jsonOf(figures) : report(figures));
    return figures.lost + figures.refused === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
};

const jsonOf = (figures: object): string =>
  JSON.stringify(
    { bench: "pipeline", ...figures },
    (_, value: unknown) => (value instanceof Map ? (Object.fromEntries(value) as unknown) : value),
    2,
  );

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

type Side = { readonly name: string; readonly send: (load: Load, contentBytes: number) => Promise<Sent> };

/** Rounds of both sides, which take turns in being first, after one of a quarter the size that counts for nothing. */
const measure = async (
  stack: LocalStack,
  options: PipelineOptions,
  vapid: VapidKeys,
  stop: AbortSignal,
): Promise<readonly Round[]> => {
  const { users, devices, notifications, concurrency, against } = options;
  say(`stack ready in ${(stack.readyMs / 1_000).toFixed(1)} s; subscribing ${users * devices} devices`);
  const subscribed = await subscribers(stack, options, stop);
  const turn = turns(stack, { subscribed, options, stop });

  const api: Side = { name: "API", send: await throughApi(stack, concurrency) };
  const warmingUp = Math.ceil(notifications / 4);
  const { contentBytes } = await turn(api, { name: "warm-up", notifications: warmingUp, contentBytes: 0 });
  const theFloor = against === "floor" ? await floor(stack, { vapid, concurrency }, subscribed) : undefined;
  const other: Side = theFloor
    ? { name: "floor", send: theFloor.send }
    : { name: "plain loop", send: plainLoop(stack, vapid) };
  await turn(other, { name: "warm-up", notifications: warmingUp, contentBytes });

  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const figures = async (side: Side): Promise<Figures> =>
      (await turn(side, { name: `round ${round}`, notifications, contentBytes })).figures;
    const otherFirst = round % 2 === 0 ? await figures(other) : undefined;
    const ofApi = await figures(api);
    rounds.push({ api: ofApi, other: otherFirst ?? (await figures(other)) });
  }
  await theFloor?.close();
  return rounds;
};

type Turn = { readonly name: string; readonly notifications: number; readonly contentBytes: number };
type Use = {
  readonly subscribed: readonly Subscriber[];
  readonly options: PipelineOptions;
  readonly stop: AbortSignal;
};

/** Has a side send its load, waits for the arrivals, and measures it meanwhile; reading what arrived comes after that. */
const turns = (stack: LocalStack, { subscribed, options, stop }: Use) => {
  const waitForArrivals = arrivalsAt(stack.push);
  const lead = options.ahead * options.devices;
  let from = 0;
  return async ({ name, send }: Side, { name: round, notifications, contentBytes }: Turn) => {
    const ahead: Ahead = aheadOf(stack.push, { from, most: lead });
    const before = await processorTime(stack);
    const sent = await send(
      { subscribers: subscribed, notifications, concurrency: options.concurrency, ahead, stop },
      contentBytes,
    );
    await ahead.allArrived();
    const after = await processorTime(stack);
    const expected = sent.accepted.flatMap(({ promised }) => promised);
    const { seen, ...arrived } = await waitForArrivals(expected, stop);
    from = seen;
    const figures = figuresOf(sent, arrived, { lead, processorTime: spentBetween(before, after, arrived.at.size) });
    say(`${round}, ${name}: ${figures.deliveriesPerSecond.toFixed(0)} deliveries/s, ${figures.lost} lost`);
    if (sent.firstRefusal !== undefined) say(`  ${sent.refused} refused, the first: ${sent.firstRefusal}`);
    return { figures, contentBytes: arrived.contentBytes };
  };
};
