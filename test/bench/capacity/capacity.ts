import { standardPercent } from "../../../functions/telemetry/telemetry-settings.ts";
import { costOfMillion } from "../../rules/cost/cost.ts";
import { boundsOf } from "./bounds.ts";
import { drainOfQueue, queueHolds, secondsToPostAndDeliver } from "./drain.ts";
import { inputs } from "./inputs/inputs.ts";
import { capacityOptions, help } from "./options.ts";
import { outageOf } from "./outage.ts";
import { report } from "./report.ts";
import { tenMillion, type Scenario } from "./scenario.ts";
import { shardsFor } from "./shards.ts";
import { tellStories } from "./stories.ts";

/** Reckons and prints the plan. Resolves to the exit code, which is 0: nothing is measured that could be missed. */
export const capacity = (args: readonly string[]): Promise<number> => {
  const options = capacityOptions(args);
  if (options.help) {
    console.log(help);
    return Promise.resolve(0);
  }
  const plan = planFor(options.scenario, options.seed);
  const figures = {
    bench: "capacity",
    ...plan,
    cost: costOfMillion(plan.scenario.devices, plan.samplePercent),
    inputs,
  };
  console.log(options.json ? JSON.stringify(figures, null, 2) : report(plan));
  return Promise.resolve(0);
};

const planFor = (scenario: Scenario, seed: number) => ({
  scenario,
  samplePercent: standardPercent,
  bounds: boundsOf(scenario),
  shards: shardsFor(scenario.perSecond, scenario),
  outage: outageOf(inputs.apnsShare.value, scenario),
  drain: drainOfQueue(tenMillion, scenario),
  posted: secondsToPostAndDeliver(tenMillion, scenario),
  holds: queueHolds(scenario),
  stories: tellStories(scenario, seed),
});

export type Plan = ReturnType<typeof planFor>;
