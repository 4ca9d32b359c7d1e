import { Failed } from "../failed.ts";
import { sentenceOf } from "../sentence.ts";

/** What a smoke test does, in this order; a run leaves out what it does not need. */
export type StepName =
  | "service is ready"
  | "token had"
  | "app registered"
  | "canary subscribed"
  | "app known to the service"
  | "notification accepted"
  | "delivered"
  | "canary removed";

/** A step that was taken, how long it took, and what more there is to say of it. */
export type Step = { readonly step: StepName; readonly ok: boolean; readonly ms: number; readonly note?: string };

/** A smoke test ends at its first step that fails. The message tells what is wrong and what to look at next. */
export class StepFailed extends Failed {
  readonly step: StepName;
  readonly sentence: string;
  readonly next: string;
  constructor(
    step: StepName,
    { sentence, next }: { readonly sentence: string; readonly next: string },
    cause: unknown,
  ) {
    super(`The step “${step}” failed. ${sentence}\nNext: ${next}`, undefined, { cause });
    this.step = step;
    this.sentence = sentence;
    this.next = next;
  }
}

/** What is known of a failure where it is met: what to look at, if that is not what the step says. */
export class Amiss extends Error {
  override readonly name = "Amiss";
  readonly next: string | undefined;
  constructor(sentence: string, next?: string) {
    super(sentence);
    this.next = next;
  }
}

type Options = {
  /** Told of each step when it is over. */
  readonly over: (step: Step) => void;
  /** What to look at when a step fails. */
  readonly next: Readonly<Record<StepName, string>>;
  readonly stop: AbortSignal;
};

/** Takes a step. Resolves to what the work does; throws `StepFailed` for whatever it throws, but for Ctrl-C. */
export type TakeStep = <T>(
  step: StepName,
  work: () => Promise<T>,
  note?: (done: T) => string | undefined,
) => Promise<T>;

export const stepsOf =
  ({ over, next, stop }: Options): TakeStep =>
  async (step, work, note) => {
    const begunAt = performance.now();
    const elapsed = (): number => Math.round(performance.now() - begunAt);
    try {
      const done = await work();
      const told = note?.(done);
      over({ step, ok: true, ms: elapsed(), ...(told !== undefined && { note: told }) });
      return done;
    } catch (error) {
      stop.throwIfAborted();
      over({ step, ok: false, ms: elapsed() });
      const known = error instanceof Amiss ? error : undefined;
      throw new StepFailed(
        step,
        { sentence: known?.message ?? sentenceOf(error), next: known?.next ?? next[step] },
        error,
      );
    }
  };
