import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { concurrently } from "../../../shared/concurrently.ts";
import { startWorker } from "../worker-process.ts";
import { hunt, type Hunted } from "./hunt.ts";
import { mutated, type Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";

const isAll = process.env.SIMULATION_MUTANTS === "all";
const hunted = mutants.filter(({ isRare }) => isAll || !isRare);
const limits = isAll ? { seedsMost: 6_000, secondsMost: 180 } : { seedsMost: 1_500, secondsMost: 60 };
const huntsAtOnce = 2;
const seedLimitMs = 10_000;
const simulation = fileURLToPath(new URL("../../../dist/simulation/main.mjs", import.meta.url));

/** What breaks on purpose must be found: a simulator that finds nothing has proved nothing. */
describe("the simulation finds the bug in code that", () => {
  const hunts = new Map<Mutant, PromiseSettledResult<Hunted>>();
  const violatedAnyway = new Set<number>();

  beforeAll(
    async () => {
      await concurrently(huntsAtOnce, hunted, async (mutant) => {
        const [came] = await Promise.allSettled([hunt(mutant, limits)]);
        hunts.set(mutant, came);
      });
      const unbroken = startWorker(simulation, seedLimitMs);
      for (const seed of [...hunts.values()].flatMap(caughtBy)) {
        if ((await unbroken.run(seed)).violations.length > 0) violatedAnyway.add(seed);
      }
      await unbroken.end();
    },
    isAll ? 900_000 : 200_000,
  );

  test.each(hunted)("$name", (mutant) => {
    const came = hunts.get(mutant);
    if (came?.status !== "fulfilled") throw came?.reason;
    const { caught, seeds, seconds } = came.value;
    if (!caught)
      expect.fail(`None of ${seeds} seeds from ${mutant.from ?? 1} on is violated, in ${seconds.toFixed(0)} s.`);
    expect(violatedAnyway, "seeds that are violated also by the code as it is").not.toContain(caught.seed);
    const sentence = caught.violations[0]?.split("\n")[0] ?? "";
    console.log(`${mutant.name}: seed ${caught.seed}, ${seeds} tried, ${seconds.toFixed(1)} s: ${sentence}`);
  });
});

/** They take minutes where a change of the code has given every seed another world. */
test.skip.each(isAll ? [] : mutants.filter(({ isRare }) => isRare))(
  "$name: hunted with SIMULATION_MUTANTS=all npx vitest run --config test/vitest.config.ts test/simulation/mutants",
  () => undefined,
);

const caughtBy = (came: PromiseSettledResult<Hunted>): number[] =>
  came.status === "fulfilled" && came.value.caught ? [came.value.caught.seed] : [];

test("the place of every mutant is found once in the code, also of those that are not hunted", async () => {
  for (const mutant of mutants) {
    const source = await readFile(new URL(`../../../${mutant.file}`, import.meta.url), "utf8");
    expect(mutated(source, mutant), mutant.name).not.toBe(source);
  }
});

test("a mutant whose place is not found once in the code says so: it must follow the code", () => {
  const mutant = { name: "forgets", file: "memory.ts", find: "keep()", replace: "" };
  expect(mutated("keep(); go();", mutant)).toBe("; go();");
  expect(() => mutated("go();", mutant)).toThrow('The mutant "forgets" finds its text 0 times in memory.ts, not once');
  expect(() => mutated("keep(); keep();", mutant)).toThrow("2 times");
});
