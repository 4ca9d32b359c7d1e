import { availableParallelism } from "node:os";
import webpush from "web-push";
import type { LocalStack } from "../../support/stack.ts";
import { processorTime } from "../pipeline/processor-time.ts";
import { subscribers } from "../pipeline/subscribers.ts";
import { withStack } from "../pipeline/with-stack.ts";
import { apiSide, type Poster } from "./api-side.ts";
import { floorSide } from "./floor-side.ts";
import { contractOptions, help, type ContractOptions } from "./options.ts";
import { report, summary, type Round } from "./report.ts";
import { stopwatch } from "./timed.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A bench that is stuck ends all the same. */
const endsWithinMs = 10 * 60_000;

/** Runs the bench and prints its report. Resolves to the exit code: 1 when the target is missed or anything was refused. */
export const contract = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  const options = contractOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const stop = firstSignal([interrupted, AbortSignal.timeout(endsWithinMs)]);
  const wish = { notifications: 0, devices: 1, durable: false, vapid: webpush.generateVAPIDKeys(), stop };
  const rounds = await withStack(wish, (stack) => measure(stack, options, stop));
  const figures = { options, node: process.version, cpus: availableParallelism(), rounds, ...summary(rounds) };
  console.log(options.json ? JSON.stringify({ bench: "contract", ...figures }, null, 2) : report(figures));
  return figures.isMet && figures.refused === 0 ? 0 : 1;
};

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

/** The sides take turns by slices, so that what else the machine does, and the deliveries of both, fall on both alike. */
const sliceOf = (concurrency: number): number => 5 * concurrency;

/** Rounds of both sides, after one of a quarter the size that counts for nothing. */
const measure = async (
  stack: LocalStack,
  { users, posts, concurrency, rounds }: ContractOptions,
  stop: AbortSignal,
): Promise<readonly Round[]> => {
  say(`stack ready in ${(stack.readyMs / 1_000).toFixed(1)} s; subscribing ${users} users`);
  const subscribed = await subscribers(stack, { users, devices: 1 }, stop);
  const posters = subscribed.map(([{ unsid }], index): Poster => ({ user: `bench-${index}@contoso.com`, unsid }));
  const posterOf = (index: number): Poster => {
    const poster = posters[index % posters.length];
    if (!poster) throw new Error("There are no users.");
    return poster;
  };
  const api = await apiSide(stack, concurrency);
  const spent = async (): Promise<number> =>
    [...(await processorTime(stack)).values()].reduce((sum, microseconds) => sum + microseconds / 1_000, 0);
  const warmApi = stopwatch((index) => api.post(posterOf(index)), spent);
  await warmApi.slice({ count: Math.max(users, Math.ceil(posts / 4)), atOnce: concurrency, stop });
  const floor = await floorSide(stack, posterOf(0));

  const round = async (count: number): Promise<Round> => {
    const sides = [
      stopwatch((index) => api.post(posterOf(index)), spent),
      stopwatch((index) => floor.post(posterOf(index)), spent),
    ] as const;
    for (let left = count; left > 0; left -= sliceOf(concurrency)) {
      const load = { count: Math.min(left, sliceOf(concurrency)), atOnce: concurrency, stop };
      for (const side of sides) await side.slice(load);
    }
    const [ofApi, ofFloor] = [sides[0].figures(), sides[1].figures()];
    say(`POST p50 ${ofApi.p50Ms.toFixed(1)} ms, floor p50 ${ofFloor.p50Ms.toFixed(1)} ms`);
    const refusal = ofApi.firstRefusal ?? ofFloor.firstRefusal;
    if (refusal !== undefined) say(`  refused: ${refusal}`);
    return { api: ofApi, floor: ofFloor };
  };
  await round(Math.ceil(posts / 4));
  const done: Round[] = [];
  while (done.length < rounds) done.push(await round(posts));
  await Promise.all([api.close(), floor.close()]);
  return done;
};
