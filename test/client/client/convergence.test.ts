import fc from "fast-check";
import { expect, it } from "vitest";
import { convergence } from "./convergence.ts";
import { stepOf, type Step } from "./convergence-steps.ts";

/** So often each is drawn, one where nothing is said: enough has to come through for there to be something that can go wrong. */
const weights: Partial<Record<keyof typeof stepOf, number>> = {
  post: 5,
  push: 3,
  edit: 4,
  sync: 3,
  syncToTheEnd: 4,
  reach: 3,
  answer: 6,
  answers: 2,
  lose: 2,
};
const step = fc.oneof(
  ...Object.entries(stepOf).map(([name, arbitrary]: [string, fc.Arbitrary<Step>]) => ({
    arbitrary,
    weight: new Map(Object.entries(weights)).get(name) ?? 1,
  })),
);
const steps = fc.array(step, { minLength: 5, maxLength: 60, size: "max" });

it("three browsers of one user come to show exactly what the feed holds, whatever was lost, doubled, late or killed on the way", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const world = convergence();
      for (const one of taken) {
        await world.take(one);
        await world.checkNothingDead();
      }
      await world.settle();
      for (const shown of await world.shown()) expect(shown).toEqual(world.feed.truth());
      expect(await world.unsent()).toEqual([]);
      expect(world.lostEdits()).toEqual([]);
      expect(world.unseenEdits()).toEqual([]);
      world.close();
    }),
    { numRuns: Number(process.env.RUNS ?? 60), includeErrorInReport: true },
  );
}, 60_000);
