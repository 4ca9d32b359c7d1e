import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import webpush from "web-push";
import type { LocalStack } from "../../support/stack.ts";
import { arrivalsAt } from "../pipeline/arrivals.ts";
import type { VapidKeys } from "../pipeline/plain-loop.ts";
import { subscribers } from "../pipeline/subscribers.ts";
import { withStack } from "../pipeline/with-stack.ts";
import { install } from "./installed.ts";
import { help, peersOptions, type PeersOptions } from "./options.ts";
import { postTo, type Load } from "./post.ts";
import { report } from "./report.ts";
import type { Side, SideName } from "./side.ts";
import { startedSides } from "./sides.ts";
import { isWhole, summary, turnOf, type Round, type Turn } from "./summary.ts";
import { strict } from "./told.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A bench that is stuck ends all the same. */
const endsWithinMs = 40 * 60_000;
/** Rounds that are not counted: the first calls of everything, before it is compiled. */
const warmUps = 2;
/** However many devices: what a notification costs once must be warm and be seen, too. */
const notificationsLeast = 100;
/** After the last arrival a side still writes down what became of it, at its own cost. */
const afterLastMs = 500;

/** Runs the bench and prints its report. Resolves to the exit code: 1 when something was refused, lost or bent, on whatever side. */
export const peers = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  const options = peersOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const stop = firstSignal([interrupted, AbortSignal.timeout(endsWithinMs)]);
  await install(say, stop);
  const measured: ReturnType<typeof summary>[] = [];
  let skipped: string | undefined;
  for (const devices of options.devices) {
    const vapid = webpush.generateVAPIDKeys();
    const notifications = Math.max(notificationsLeast, Math.ceil(options.deliveries / devices));
    const wish = { notifications, devices, durable: options.durable, vapid, stop };
    const taken = await withStack(wish, (stack) => measure({ stack, options, devices, notifications, vapid, stop }));
    measured.push(summary(devices, taken.rounds));
    ({ skipped } = taken);
  }
  const figures = { options, node: process.version, cpus: availableParallelism(), skipped, measured };
  console.log(options.json ? JSON.stringify({ bench: "peers", ...figures }, null, 2) : report(figures));
  return isWhole(measured) ? 0 : 1;
};

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

type Measured = {
  readonly stack: LocalStack;
  readonly options: PeersOptions;
  readonly devices: number;
  readonly notifications: number;
  readonly vapid: VapidKeys;
  readonly stop: AbortSignal;
};

/** All sides at the devices of one stack, which knows nothing of the others. */
const measure = async ({ stack, options, devices, notifications, vapid, stop }: Measured) => {
  const directory = await mkdtemp(join(tmpdir(), "fanfare-bench-peers-"));
  const users = await subscribers(stack, { users: options.users, devices }, stop);
  const caFile = join(directory, "ca.pem");
  await writeFile(caFile, stack.stack.webpush.ca);
  const { sides, skipped } = await startedSides({ stack, subscribers: users, options, vapid, caFile, directory, stop });
  try {
    const load = { subscribers: users, notifications, concurrency: options.concurrency, stop };
    return { rounds: await inTurns(sides, load, { stack, devices, rounds: options.rounds }), skipped };
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
    await rm(directory, { recursive: true, force: true });
  }
};

const inTurns = async (
  sides: readonly Side[],
  load: Load,
  { stack, devices, rounds: count }: { readonly stack: LocalStack; readonly devices: number; readonly rounds: number },
): Promise<readonly Round[]> => {
  const waitForArrivals = arrivalsAt(strict(stack.push));
  const rounds: Round[] = [];
  for (let number = 1 - warmUps; number <= count; number += 1) {
    const round = new Map<SideName, Turn>();
    for (let turn = 0; turn < sides.length; turn += 1) {
      const side = sides[(turn + number + warmUps) % sides.length];
      if (side) round.set(side.name, await run(side, load, waitForArrivals));
    }
    const told = [...round].map(([name, { perSecond }]) => `${name} ${perSecond.toFixed(0)}`).join(", ");
    say(`${devices} devices, ${number < 1 ? "warm-up" : `round ${number} of ${count}`}: deliveries/s: ${told}`);
    if (number >= 1) rounds.push(Object.fromEntries(round) as Round);
  }
  return rounds;
};

const run = async (side: Side, load: Load, waitForArrivals: ReturnType<typeof arrivalsAt>): Promise<Turn> => {
  const before = await side.cpu();
  const sent = await postTo(side, load);
  const arrived = await waitForArrivals(sent.promised, load.stop);
  await pause(afterLastMs, undefined, { signal: load.stop });
  const after = await side.cpu();
  if (sent.firstRefusal !== undefined) say(`${side.name}: ${sent.refused} refused, the first: ${sent.firstRefusal}`);
  return turnOf(sent, arrived, before, after);
};
