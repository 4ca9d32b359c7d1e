import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { median } from "../statistics.ts";

const run = promisify(execFile);

/** The resident memory of a process, in MB. */
export const rssOf = async (pid: number): Promise<number> => {
  const { stdout } = await run("ps", ["-o", "rss=", "-p", String(pid)]);
  return Number(stdout.trim()) / 1_024;
};

/** One look: how many messages waited, and the memory of the functions host. */
export type Look = { readonly atSeconds: number; readonly waiting: number; readonly rssMb: number };

export type Flatness = {
  readonly firstThirdMb: number;
  readonly secondThirdMb: number;
  readonly lastThirdMb: number;
  readonly mostMb: number;
  /** The last third's median by the second's. */
  readonly growth: number;
};

export const flatnessOf = (looks: readonly Look[]): Flatness => {
  const third = Math.ceil(looks.length / 3);
  const medianOf = (from: number): number => median(looks.slice(from, from + third).map(({ rssMb }) => rssMb));
  const [firstThirdMb, secondThirdMb, lastThirdMb] = [medianOf(0), medianOf(third), medianOf(2 * third)];
  const mostMb = Math.max(...looks.map(({ rssMb }) => rssMb));
  return { firstThirdMb, secondThirdMb, lastThirdMb, mostMb, growth: lastThirdMb / secondThirdMb };
};
