import { cannotStartExitCode } from "../cannot-start.ts";

/** How a part's process ended, and after how long; `wasReady` if it had come up. */
export type Death = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly wasReady: boolean;
  readonly ranMs: number;
};

/** The deaths in a row that each came within a minute of the part's own start, and how many of them were its own fault. */
export type History = { readonly deaths: number; readonly crashes: number };

export type Decision =
  { readonly kind: "restart"; readonly afterMs: number; readonly history: History } | { readonly kind: "give-up" };

export const noDeaths: History = { deaths: 0, crashes: 0 };

const startUpMs = 60_000;
const crashesMax = 3;
const firstDelayMs = 100;
const delayCapMs = 5_000;

/**
 * Whether a part that died is started again. Given up: one that says it cannot start, and one that crashed three times in
 * a row within a minute of being started. Being killed from outside is no crash; it only slows the next restart a little.
 */
export const decideRestart = (history: History, death: Death): Decision => {
  if (death.code === cannotStartExitCode) return { kind: "give-up" };
  const isEarly = death.ranMs < startUpMs;
  const before = isEarly ? history : noDeaths;
  const crashes = before.crashes + (isEarly && isCrash(death) ? 1 : 0);
  const deaths = before.deaths + 1;
  if (crashes >= crashesMax) return { kind: "give-up" };
  return {
    kind: "restart",
    afterMs: Math.min(firstDelayMs * 2 ** (deaths - 1), delayCapMs),
    history: { deaths, crashes },
  };
};

/** Signals a process brings upon itself; every other one was sent. */
const ownSignals: ReadonlySet<string> = new Set(["SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGTRAP"]);

/** Exit code 0 of a part that was up means that it was asked to end, from outside. */
const isCrash = ({ code, signal, wasReady }: Death): boolean =>
  signal === null ? code !== 0 || !wasReady : ownSignals.has(signal);
