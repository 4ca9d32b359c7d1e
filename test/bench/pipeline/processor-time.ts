import { readFile } from "node:fs/promises";
import type { LocalStack } from "../../support/stack.ts";

/** Of each process of the stack, and of this one, by its name: processor time so far, in microseconds. NaN where there is no /proc. */
export type ProcessorTime = ReadonlyMap<string, number>;

/** Reads the processor time of everything that a side uses. Threads are counted; the kernel's time for it is, too. */
export const processorTime = async ({ parts, program }: LocalStack): Promise<ProcessorTime> => {
  const processes = [
    ...(await parts()),
    { name: "supervisor", pid: program.pid },
    { name: benchProcess, pid: process.pid },
  ];
  const times = await Promise.all(processes.map(async ({ name, pid }) => [name, await timeOf(pid)] as const));
  return new Map(times);
};

/** This process: the caller, and what is compared with the API. */
const benchProcess = "bench";

/** The kernel counts in hundredths of a second on all of Node's platforms that have /proc (`getconf CLK_TCK`). */
const tickMicroseconds = 10_000;

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: fields 14 and 15, counted after the name, which may have spaces in it. */
const timeOf = async (pid: number): Promise<number> => {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [, fields = ""] = /\) (.*)$/s.exec(text) ?? [];
  const [user, system] = fields.split(" ").slice(11, 13).map(Number);
  return ((user ?? NaN) + (system ?? NaN)) * tickMicroseconds;
};

/** What each process spent between two readings, for each of so many deliveries. */
export const spentBetween = (before: ProcessorTime, after: ProcessorTime, deliveries: number): ProcessorTime =>
  new Map([...after].map(([name, time]) => [name, (time - (before.get(name) ?? NaN)) / Math.max(1, deliveries)]));
