import type { Told } from "./told.ts";

/** One value of the overview. Each call tells what is known by now; it looks again when its time has come. Never rejects. */
export type Section<T> = () => Promise<Told<T>>;

/** Looks once, and gives up when told to. Throws with a sentence, or answers with one, where something is missing. */
export type Look<T> = (stop: AbortSignal) => Promise<Told<T>>;

type Options = {
  /** What is looked at, to begin a sentence with: "The queue". */
  readonly what: string;
  readonly everyMs: number;
  /** An answer that takes longer is waited for no more: 2,000 milliseconds by default. */
  readonly withinMs?: number;
  readonly now?: () => number;
};

/** Looks take at most so much of all time: those that take long come more rarely. */
const shareOfTime = 1 / 5;

/** One look at a time, for all who ask. */
export const section = <T>(look: Look<T>, { what, everyMs, withinMs = 2_000, now = Date.now }: Options): Section<T> => {
  const tooLate: Told<T> = { value: null, fault: `${what} did not answer within ${withinMs / 1_000} s.` };
  let told = tooLate;
  let looking: Promise<void> | undefined;
  let nextAt = -Infinity;

  const begin = async (): Promise<void> => {
    const begunAt = now();
    const stop = AbortSignal.timeout(withinMs);
    // Not every SDK heeds the signal, and one that does not must not hold up the others.
    const answer = look(stop).catch((error: unknown) => ({ value: null, fault: `${what}: ${reasonOf(error)}` }));
    const late = new Promise<Told<T>>((resolve) => stop.addEventListener("abort", () => resolve(tooLate)));
    told = await Promise.race([answer, late]);
    nextAt = now() + Math.max(everyMs, (now() - begunAt) / shareOfTime);
  };

  return async () => {
    if (!looking && now() >= nextAt) looking = begin().finally(() => (looking = undefined));
    await looking;
    return told;
  };
};

/** What is told of an error: its first line, and never more than fits. */
const reasonOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n")[0] ?? "").slice(0, 200);
};
