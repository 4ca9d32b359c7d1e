import type { Mutant } from "./mutant.ts";
import { mutantsOfDeliveries } from "./of-deliveries.ts";
import { mutantsOfTheFallback } from "./of-the-fallback.ts";
import { mutantsOfTheFeed } from "./of-the-feed.ts";
import { mutantsOfTheQueue } from "./of-the-queue.ts";

/** All rules that the simulation is shown to hold the code to. */
export const mutants: readonly Mutant[] = [
  ...mutantsOfDeliveries,
  ...mutantsOfTheFallback,
  ...mutantsOfTheQueue,
  ...mutantsOfTheFeed,
];
