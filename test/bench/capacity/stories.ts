import type { Scenario } from "./scenario.ts";
import { tenMillion } from "./scenario.ts";
import { burstAtSecond } from "./simulation/callers.ts";
import type { Story } from "./simulation/measuring.ts";
import { simulate, type Plot } from "./simulation/simulate.ts";
import { inputs } from "./inputs/inputs.ts";

export type Told = { readonly name: string; readonly receives: Plot["receives"]; readonly story: Story };

/** Trouble begins when the steady rate has settled, and lasts five minutes. */
const [troubleFrom, troubleUntil] = [burstAtSecond, burstAtSecond + 300];
const steadySeconds = 900;

/** What is simulated of a scenario, each story for both ways the bus may take a receive beyond its credits. */
export const tellStories = (scenario: Scenario, seed: number): readonly Told[] => {
  const calm = { ...scenario, burst: 0 };
  const share = inputs.apnsShare.value;
  const trouble = (kind: "slow" | "failing") => [{ share, kind, fromSecond: troubleFrom, untilSecond: troubleUntil }];
  const plots: readonly (Omit<Plot, "seed" | "receives"> & { readonly name: string })[] = [
    { name: "a quarter of an hour from idle", scenario: calm, steadySeconds },
    { name: "the burst on top", scenario, steadySeconds },
    { name: "APNs refuses for 5 minutes", scenario: calm, steadySeconds, troubles: trouble("failing") },
    { name: "APNs hangs for 5 minutes", scenario: calm, steadySeconds, troubles: trouble("slow") },
    { name: "10 million in the queue", scenario: { ...calm, perSecond: 0 }, steadySeconds: 0, backlog: tenMillion },
  ];
  return plots.flatMap(({ name, ...plot }) =>
    (["delayed", "refused"] as const).map((receives) => ({
      name,
      receives,
      story: simulate({ ...plot, seed, receives }),
    })),
  );
};
