import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** Clock ticks of the kernel's in a second: https://man7.org/linux/man-pages/man5/proc_stat.5.html, and 100 on all that Node runs on. */
const ticksPerSecond = 100;

/** Seconds that all processors together were busy since the machine started, whoever it was for; another machine's on the same hardware, too. */
export const machineBusySeconds = async (): Promise<number> => {
  const [first = ""] = (await read("/proc/stat")).split("\n", 1);
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = first
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts + stolen) / ticksPerSecond;
};

/** Seconds that this process' main thread has run, without those in which it was ready and had no processor: https://docs.kernel.org/scheduler/sched-stats.html */
export const mainThreadSeconds = async (): Promise<number> => {
  const [nanoseconds] = (await read(`/proc/self/task/${process.pid}/schedstat`)).split(" ");
  return Number(nanoseconds) / 1e9;
};

/** The processors that this process may run on, and whom it starts: a list as `taskset` takes it, "0-3,8". */
export const processorsAllowed = async (): Promise<string> =>
  /^Cpus_allowed_list:\s*(\S+)$/m.exec(await read("/proc/self/status"))?.[1] ?? "0";

/** Holds all threads of a process to these processors: https://man7.org/linux/man-pages/man1/taskset.1.html */
export const holdTo = async (processors: string, pid: number): Promise<void> => {
  await promisify(execFile)("taskset", ["-a", "-c", "-p", processors, String(pid)]).catch(() => {
    throw new Error(
      "taskset, of Debian's package util-linux, cannot be run: this bench holds a process to one processor with it.",
    );
  });
};

const read = (path: string): Promise<string> =>
  readFile(path, "utf8").catch(() => {
    throw new Error(`${path} cannot be read: this bench asks Linux who had the processors.`);
  });
