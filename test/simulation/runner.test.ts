import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle, bundlesFolder } from "./mutants/bundle.ts";
import { simulationOptions } from "./runner-options.ts";
import { tallyText } from "./runner-report.ts";
import { nothingYet, tallied } from "./runner-tally.ts";
import { consecutive, runSeeds, type Run } from "./runner.ts";
import type { SeedReport } from "./worker.ts";

const fixture = fileURLToPath(new URL("./runner-fixture.ts", import.meta.url));
const program = join(bundlesFolder, `runner-fixture-${process.pid}.mjs`);
beforeAll(() => bundle(fixture, program));
afterAll(() => rm(program));

const run = async (given: Partial<Run>): Promise<SeedReport[]> => {
  const reports: SeedReport[] = [];
  const onReport = (report: SeedReport): void => void reports.push(report);
  await runSeeds({ program, seeds: consecutive(1, 60), most: 100, processes: 2, onReport, ...given });
  return reports.sort((one, other) => one.seed - other.seed);
};

test("every seed is run once, though processes die and hang, and each of those is told by its seed", async () => {
  const reports = await run({ seedLimitMs: 3_000 }); // a process's start counts, too, and the machine may be busy
  expect(reports.map(({ seed }) => seed)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  const violated = reports.filter(({ violations }) => violations.length > 0);
  expect(violated.map(({ seed, violations }) => [seed, violations.join().split("\n")[0]])).toEqual([
    [13, "Thirteen was unlucky."],
    [21, "The process that ran it died (7). Out of luck."],
    [34, "It was not over within 3 seconds."],
    [55, "The simulator threw: Error: Nobody expected 55."],
  ]);
});

test("it stops when enough seeds are violated", async () => {
  const reports = await run({ most: 1, processes: 1 });
  expect(reports.map(({ seed }) => seed)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
});

test("it stops when it is told to, in the midst of a seed that hangs, and that seed is not called violated", async () => {
  const stop = new AbortController();
  const reports: SeedReport[] = [];
  await runSeeds({
    program,
    seeds: [33, 34],
    most: 1,
    processes: 2,
    stop: stop.signal,
    onReport: (report) => {
      reports.push(report);
      stop.abort();
    },
  });
  expect(reports.map(({ seed }) => seed)).toEqual([33]);
});

test("the table tells what the seeds drew and reached, how often, and in how many of them", async () => {
  const tally = (await run({ seeds: consecutive(10, 10) })).reduce(tallied, nothingYet);
  expect(tallyText(tally, 2).split("\n")).toEqual([
    "what the seeds drew and reached  times  of seeds",
    "even                                10    50.0 %",
    "",
    "10 seeds, 145 steps in 2.0 s, 5 seeds a second: 1 violated.",
    "  npm run simulate -- --seed 13",
  ]);
});

test("flags out of bounds are told by name", () => {
  expect(() => simulationOptions(["--seed", "-1"])).toThrow();
  expect(() => simulationOptions(["--seeds", "0"])).toThrow("--seeds must be a whole number from 1 to 100000000.");
  expect(() => simulationOptions(["--sedes", "3"])).toThrow("Unknown option '--sedes'");
});
