import { setTimeout as pause } from "node:timers/promises";
import { failureOf, stackStopped, told, type PartFailed } from "./part-failed.ts";
import { startProcess, type Exit, type PartProcess, type PrintLine, type Program } from "./part-process.ts";
import { untilReady, type Readiness } from "./readiness.ts";
import { decideRestart, noDeaths, type Death } from "./restart-policy.ts";

/** One program of the stack, kept running until the stack stops. */
export type Part = {
  readonly name: string;
  readonly program: Program;
  readonly ports: readonly number[];
  readonly missing: Readiness;
};

/** A part's process of this moment. */
export type RunningPart = { readonly name: string; readonly pid: number; readonly ports: readonly number[] };

/** Parts that are stopped at the same time; what has not ended so long after the stop of the *first* group began is killed. */
export type StopGroup = { readonly names: readonly string[]; readonly killedAfterMs: number };

export type Supervisor = {
  /** Starts a part and resolves when it is ready. Rejects with `PartFailed` when it is given up before that, or the stack stops. */
  readonly start: (part: Part) => Promise<void>;
  /** Resolves once a part is given up. */
  readonly failed: Promise<PartFailed>;
  /** Ends everything, group after group; parts that no group names come last. Resolves when nothing runs any more. */
  readonly stop: (groups: readonly StopGroup[]) => Promise<void>;
  /** Ends everything at once. */
  readonly kill: () => void;
};

export type SupervisorUses = {
  /** Prints a line of a part, or of ours about a part. */
  readonly print: (part: string, ...line: Parameters<PrintLine>) => void;
  /** Told whenever a process came or went. */
  readonly onChange: (running: readonly RunningPart[]) => void;
  /** How long a part may take to be ready; then it is killed, which counts as a crash. 30 s by default. */
  readonly readyWithinMs?: number;
};

/** What parts that no group names may take, after the last group's time. */
const othersMs = 100;

/** Keeps parts running: each in its own process, restarted when it dies, given up as `restart-policy.ts` says. */
export const supervisor = ({ print, onChange, readyWithinMs = 30_000 }: SupervisorUses): Supervisor => {
  const processes = new Map<Part, PartProcess>();
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const lives: Promise<void>[] = [];
  let tellFailed: (failure: PartFailed) => void = () => undefined;
  const failed = new Promise<PartFailed>((resolve) => (tellFailed = resolve));

  const tellChange = (): void =>
    onChange([...processes].flatMap(([{ name, ports }, { pid }]) => (pid === undefined ? [] : [{ name, pid, ports }])));

  /** One process from start to end. */
  const run = async (part: Part, onReady: () => void): Promise<Death> => {
    const startedAt = performance.now();
    const child = startProcess(part.program, (...line) => print(part.name, ...line));
    processes.set(part, child);
    tellChange();
    const ended = new AbortController();
    const readiness = untilReady(part.missing, readyWithinMs, ended.signal).then((missing) => {
      if (ended.signal.aborted) return "never";
      if (missing === undefined) {
        onReady();
        return "ready";
      }
      print(part.name, `not ready after ${readyWithinMs / 1000} s (${missing}): killed`, "stderr");
      child.kill();
      return "late";
    });
    const exit = await child.exited;
    const ranMs = performance.now() - startedAt;
    ended.abort();
    const became = await readiness;
    processes.delete(part);
    tellChange();
    // Killed by us because it did not get ready: its own fault, and not somebody's SIGKILL.
    const ownExit: Exit = became === "late" ? { code: 1, signal: null } : exit;
    return { ...ownExit, wasReady: became === "ready", ranMs };
  };

  /** A part's life: ends when the part is given up, or, without a failure, when the stack stops. */
  const live = async (part: Part, onReady: () => void): Promise<PartFailed | undefined> => {
    let history = noDeaths;
    while (!isStopping()) {
      const death = await run(part, onReady);
      if (isStopping()) break;
      const decision = decideRestart(history, death);
      if (decision.kind === "give-up") return failureOf(part.name, death);
      history = decision.history;
      print(part.name, `${told(death)}; restarting in ${decision.afterMs / 1000} s`, "stderr");
      await pause(decision.afterMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return undefined;
  };

  const start = (part: Part): Promise<void> =>
    new Promise((resolve, reject) => {
      let times = 0;
      const onReady = (): void => {
        times += 1;
        if (times > 1) print(part.name, "is back", "stderr");
        resolve();
      };
      const life = live(part, onReady).then((failure) => {
        if (failure) tellFailed(failure);
        reject(failure ?? stackStopped());
      });
      lives.push(life);
    });

  const stopGroup = async ({ names, killedAfterMs }: StopGroup, beganAt: number): Promise<void> => {
    const members = [...processes].filter(([{ name }]) => names.includes(name)).map(([, child]) => child);
    for (const member of members) member.terminate();
    const late = setTimeout(
      () => members.forEach((member) => member.kill()),
      beganAt + killedAfterMs - performance.now(),
    );
    await Promise.all(members.map((member) => member.exited));
    clearTimeout(late);
  };

  const stop = async (groups: readonly StopGroup[]): Promise<void> => {
    stopping.abort();
    const named = new Set(groups.flatMap(({ names }) => names));
    const others = [...processes.keys()].map(({ name }) => name).filter((name) => !named.has(name));
    const last = Math.max(0, ...groups.map(({ killedAfterMs }) => killedAfterMs));
    const beganAt = performance.now();
    for (const group of [...groups, { names: others, killedAfterMs: last + othersMs }]) await stopGroup(group, beganAt);
    await Promise.all(lives);
  };

  const kill = (): void => {
    stopping.abort();
    for (const child of processes.values()) child.kill();
  };

  return { start, failed, stop, kill };
};
