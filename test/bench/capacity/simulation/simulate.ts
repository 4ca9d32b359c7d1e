import { randomFrom } from "../../../simulation/random.ts";
import { values, type Values } from "../inputs/inputs.ts";
import type { Scenario } from "../scenario.ts";
import { callers } from "./callers.ts";
import { stepSeconds, stepsOf } from "./clock.ts";
import { measuring, type Story } from "./measuring.ts";
import type { Trouble } from "./trouble.ts";
import { world } from "./world.ts";

/** One story to be told. */
export type Plot = {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Messages that wait at the beginning; nobody POSTs then but by the scenario's own rate. */
  readonly backlog?: number;
  /** For so long the steady rate goes on; after it the story ends when nothing waits any more. */
  readonly steadySeconds: number;
  readonly troubles?: readonly Trouble[];
  /**
   * What the bus does with a receive beyond its credits: answers that it is busy, and the receiver sleeps (the SDK's code), or lets it wait for
   * the next second's credits. Which it is, no page says.
   */
  readonly receives: "refused" | "delayed";
};

/** A story without an end ends here: a day. */
const longestSeconds = 86_400;

/** Plays the plot in steps of a quarter of a second. The same seed tells the same story. */
export const simulate = (plot: Plot, use: Values = values): Story => {
  const random = randomFrom(plot.seed);
  const those = callers(plot.scenario, use, random);
  const measured = measuring();
  const turn = world(plot, { use, random, callers: those, measured });
  const steadySteps = stepsOf(plot.steadySeconds);
  let step = 0;
  let lastOutside = 0;
  for (; step < stepsOf(longestSeconds); step += 1) {
    const { isIdle } = turn(step, step < steadySteps);
    if (!those.areIn()) lastOutside = step;
    if (isIdle && step >= steadySteps && those.areIn()) break;
  }
  return measured.story({
    seconds: step * stepSeconds,
    callersInAt: lastOutside * stepSeconds,
    refusedPosts: those.refused(),
  });
};
