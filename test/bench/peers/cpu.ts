import { readdir, readFile } from "node:fs/promises";

/** What `/proc/<pid>/stat` says of a process: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export type ProcessStat = { readonly parent: number; readonly ticks: number };

/** Of all threads, and of children that have ended and were waited for. The name in brackets may hold spaces and brackets itself. */
export const statIn = (text: string): ProcessStat => {
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [utime = NaN, stime = NaN, cutime = NaN, cstime = NaN] = fields.slice(11, 15);
  return { parent: fields[1] ?? NaN, ticks: utime + stime + cutime + cstime };
};

/** Linux tells programs of its clock in hundredths of a second, however fast it ticks. */
const ticksPerSecond = 100;

/** The CPU seconds so far of this process and all below it, to 10 ms each. Throws where there is no `/proc`, and when it is gone. */
export const cpuSecondsOf = async (pid: number): Promise<number> => {
  const stats = await allStats();
  if (!stats.has(pid)) throw new Error(`A process that is measured has ended: ${pid}.`);
  const family = new Set([pid]);
  // A set that grows while it is walked hands out what was added, too.
  for (const member of family) {
    for (const [child, { parent }] of stats) if (parent === member) family.add(child);
  }
  return [...family].reduce((sum, member) => sum + (stats.get(member)?.ticks ?? 0), 0) / ticksPerSecond;
};

const allStats = async (): Promise<ReadonlyMap<number, ProcessStat>> => {
  const names = await readdir("/proc").catch(() => []);
  if (names.length === 0) throw new Error("This bench reads the CPU time of other processes from /proc: Linux only.");
  const stats = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const text = await readFile(`/proc/${name}/stat`, "utf8").catch(() => ""); // it has just ended
        return text === "" ? [] : [[Number(name), statIn(text)] as const];
      }),
  );
  return new Map(stats.flat());
};
