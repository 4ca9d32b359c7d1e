import { availableParallelism } from "node:os";
import webpush from "web-push";
import type { LocalStack } from "../../support/stack.ts";
import { subscribers } from "../pipeline/subscribers.ts";
import { withStack } from "../pipeline/with-stack.ts";
import type { Figures } from "./figures.ts";
import { atOnce, loadOn } from "./load.ts";
import { help, latencyOptions, type LatencyOptions } from "./options.ts";
import { report, shares, summary, type Round } from "./report.ts";
import { isSustained, sustainedLoad } from "./sustained-load.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A bench that is stuck ends all the same. */
const endsWithinMs = 60 * 60_000;

/** Runs the bench and prints its report. Resolves to the exit code: 1 when anything was refused, lost or told twice. */
export const latency = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  const options = latencyOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const stop = firstSignal([interrupted, AbortSignal.timeout(endsWithinMs)]);
  const kept = { notifications: 50_000, devices: options.devices, durable: false };
  const rounds: Round[] = [];
  for (let number = 1; number <= options.rounds; number += 1) {
    const wish = { ...kept, vapid: webpush.generateVAPIDKeys(), stop };
    rounds.push(await withStack(wish, (stack) => measure(stack, number, options, stop)));
  }
  const figures = {
    options,
    node: process.version,
    cpus: availableParallelism(),
    rounds,
    ...summary(rounds),
  };
  console.log(options.json ? JSON.stringify({ bench: "latency", ...figures }, null, 2) : report(figures));
  return figures.failed === 0 ? 0 : 1;
};

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

/** Nothing is compiled before so many. */
const warmingUp = 600;

/** On a stack of its own: the tables get slower as they fill, and a load that was found on one that was empty is too much for one that is not. */
const measure = async (
  stack: LocalStack,
  number: number,
  { users, devices, seconds, stepSeconds }: LatencyOptions,
  stop: AbortSignal,
): Promise<Round> => {
  say(
    `round ${number}: stack ready in ${(stack.readyMs / 1_000).toFixed(1)} s; subscribing ${users * devices} devices`,
  );
  const load = await loadOn(stack, await subscribers(stack, { users, devices }, stop), stop);

  const first = await load.allAtOnce(warmingUp).then(() => load.allAtOnce(warmingUp));
  say(`${first.toFixed(0)} a second with ${atOnce} requests at once`);
  const sustained = await sustainedLoad(first, async (perSecond) => {
    const figures = await load.at(perSecond, stepSeconds);
    const isHeld = isSustained(figures);
    say(`${told(figures)}, ${figures.growthMs.toFixed(0)} ms later at the end: ${isHeld ? "" : "not "}sustained`);
    return isHeld;
  });

  const measuredAt = async (share: number): Promise<Figures> => {
    const figures = await load.at(sustained * share, seconds);
    say(told(figures));
    return figures;
  };
  const isTailFirst = number % 2 === 0;
  const early = isTailFirst ? await measuredAt(shares.tail) : undefined;
  const toDevice = await measuredAt(shares.toDevice);
  const tail = early ?? (await measuredAt(shares.tail));
  await load.close();
  return { sustained, toDevice, tail };
};

const told = ({ perSecond, post, toDevice, refused, lost }: Figures): string =>
  `${perSecond.toFixed(0)} a second: POST p99 ${post.p99.toFixed(0)} ms, to device p99 ${toDevice.p99.toFixed(0)} ms, ${refused} refused, ${lost} lost`;
