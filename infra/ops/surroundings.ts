import type { Output } from "./output.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command has of the process it runs in; a test gives it another. */
export type Surroundings = {
  readonly env: Environment;
  readonly output: Output;
  /** Asks the operator, who says yes or not. Undefined where there is nobody to ask: no terminal. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  /** Aborted by Ctrl-C. A command then finishes what it has begun with one item, tells what it has done, and returns. */
  readonly stop: AbortSignal;
  /** What is piped in, until its end; by default the process' own stdin. */
  readonly stdin?: () => Promise<string>;
};
