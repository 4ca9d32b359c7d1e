import { availableParallelism } from "node:os";
import webpush from "web-push";
import type { LocalStack } from "../../support/stack.ts";
import { arrivalsAt } from "./arrivals.ts";
import { figuresOf, overall, roundOf, type Figures, type Round, type Sent } from "./figures.ts";
import { help, pipelineOptions, type PipelineOptions } from "./options.ts";
import { plainLoop, type VapidKeys } from "./plain-loop.ts";
import { report } from "./report.ts";
import { subscribers } from "./subscribers.ts";
import { throughApi, type Load } from "./through-api.ts";
import { withStack } from "./with-stack.ts";

/** A bench that is stuck ends all the same. */
const endsWithinMs = 20 * 60_000;

/** Runs the bench and prints its report. Resolves to the exit code: 1 when anything was refused, lost or told twice. */
export const pipeline = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  const options = pipelineOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const stop = AbortSignal.any([interrupted, AbortSignal.timeout(endsWithinMs)]);
  const vapid = webpush.generateVAPIDKeys();
  const rounds = await withStack({ ...options, vapid, stop }, (stack) => measure(stack, options, vapid, stop));
  const [api, plain] = [overall(rounds.map((round) => round.api)), overall(rounds.map((round) => round.plain))];
  const figures = { options, node: process.version, cpus: availableParallelism(), rounds, api, plain };
  console.log(options.json ? JSON.stringify({ bench: "pipeline", ...figures }, null, 2) : report(figures));
  return [api, plain].every(({ refused, lost, duplicates }) => refused + lost + duplicates === 0) ? 0 : 1;
};

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

/** Rounds of both sides, which take turns in being first, after one of a tenth the size that counts for nothing. */
const measure = async (
  stack: LocalStack,
  options: PipelineOptions,
  vapid: VapidKeys,
  stop: AbortSignal,
): Promise<readonly Round[]> => {
  const { notifications, concurrency } = options;
  say(`stack ready in ${(stack.readyMs / 1_000).toFixed(1)} s; subscribing ${options.users * options.devices} devices`);
  const load: Load = { subscribers: await subscribers(stack, options, stop), notifications, concurrency, stop };
  const post = throughApi(stack, concurrency);
  const send = plainLoop(stack, vapid);
  const waitForArrivals = arrivalsAt(stack.push);

  const side = async (name: string, sending: Promise<Sent>): Promise<{ figures: Figures; contentBytes: number }> => {
    const sent = await sending;
    const arrived = await waitForArrivals(
      sent.accepted.flatMap(({ promised }) => promised),
      stop,
    );
    const figures = figuresOf(sent, arrived);
    say(`${name}: ${figures.deliveriesPerSecond.toFixed(0)} deliveries/s, ${figures.lost} lost`);
    if (sent.firstRefusal !== undefined) say(`  ${sent.refused} refused, the first: ${sent.firstRefusal}`);
    return { figures, contentBytes: arrived.contentBytes };
  };

  const warming = { ...load, notifications: Math.ceil(notifications / 10) };
  const { contentBytes } = await side("warm-up, API", post(warming));
  await side("warm-up, plain loop", send(warming, contentBytes));

  const apiSide = async (round: number): Promise<Figures> => (await side(`round ${round}, API`, post(load))).figures;
  const plainSide = async (round: number): Promise<Figures> =>
    (await side(`round ${round}, plain loop`, send(load, contentBytes))).figures;
  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const plainFirst = round % 2 === 0 ? await plainSide(round) : undefined;
    const api = await apiSide(round);
    rounds.push(roundOf(api, plainFirst ?? (await plainSide(round))));
  }
  return rounds;
};
