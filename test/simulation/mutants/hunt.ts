import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { consecutive, runSeeds } from "../runner.ts";
import { randomFrom } from "../random.ts";
import { drawWeather } from "../weather.ts";
import type { SeedReport } from "../worker.ts";
import { bundle, bundlesFolder } from "./bundle.ts";
import type { Mutant } from "./mutant.ts";

/** How long a mutant is hunted for. */
export type Hunt = { readonly seedsMost: number; readonly secondsMost: number };

/** The first seed that is violated, and after how many; undefined where none was. */
export type Hunted = { readonly caught: SeedReport | undefined; readonly seeds: number; readonly seconds: number };

/** Builds the simulation with a rule broken, and runs its seeds, in a process of their own, until one is violated. */
export const hunt = async (mutant: Mutant, { seedsMost, secondsMost }: Hunt): Promise<Hunted> => {
  const startedAt = performance.now();
  await mkdir(bundlesFolder, { recursive: true });
  const program = join(bundlesFolder, `${mutant.name.replace(/[^a-z]+/gi, "-")}-${process.pid}.mjs`);
  let caught: SeedReport | undefined;
  let seeds = 0;
  try {
    await bundle("test/simulation/main.ts", program, mutant);
    await runSeeds({
      program,
      seeds: promising(mutant, seedsMost),
      most: 1,
      processes: 1,
      stop: AbortSignal.timeout(secondsMost * 1_000),
      onReport: (report) => {
        seeds += 1;
        if (report.violations.length > 0) caught ??= report;
      },
    });
  } finally {
    await rm(program, { force: true });
  }
  return { caught, seeds, seconds: (performance.now() - startedAt) / 1_000 };
};

/** So many of the seeds, without those in which nothing bears on the rule. A seed's weather is the first that is drawn from it. */
const promising = function* ({ from = 1, needs }: Mutant, seedsMost: number): Iterable<number> {
  let count = 0;
  for (const seed of consecutive(from, Infinity)) {
    if (needs === "a rush" && !drawWeather(randomFrom(seed)).isRush) continue;
    count += 1;
    if (count > seedsMost) return;
    yield seed;
  }
};
