import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { violationText } from "./runner-report.ts";
import { consecutive, runSeeds, type Run } from "./runner.ts";
import type { SeedReport } from "./worker.ts";

/** As `npm run simulate` runs it, in processes of its own: it takes the clock and chance of its process into its hands. */
const program = fileURLToPath(new URL("../../dist/simulation/main.mjs", import.meta.url));

const simulated = async (run: Pick<Run, "seeds" | "processes">): Promise<SeedReport[]> => {
  const reports: SeedReport[] = [];
  await runSeeds({ program, most: 3, onReport: (report) => void reports.push(report), ...run });
  return reports;
};

/** Enough to notice what is broken for all; `.ci/run` tries two thousand. */
const seeds = 200;

test(
  `nothing accepted is lost, whatever fails: ${seeds} seeds, each with a schedule of its own`,
  { timeout: 90_000 },
  async () => {
    const reports = await simulated({ seeds: consecutive(1, seeds), processes: 2 });
    const violated = reports.filter(({ violations }) => violations.length > 0);
    expect(violated.map(violationText).join("\n\n")).toBe("");
    expect(reports).toHaveLength(seeds);
  },
);

test("a seed replays alone, step by step the same, and as it ran among others", async () => {
  const replay = () => promisify(execFile)(process.execPath, [program, "--seed", "17", "--json"]);
  const [alone, again, among] = await Promise.all([
    replay(),
    replay(),
    simulated({ seeds: consecutive(14, 4), processes: 1 }),
  ]);
  expect(again.stdout).toBe(alone.stdout);
  expect(JSON.parse(alone.stdout)).toMatchObject(among.at(-1) ?? {});
});
