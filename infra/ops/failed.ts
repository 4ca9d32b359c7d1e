/** What a command's exit code says; `npm run ops -- --help` tells them too. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** What was named is not there. Nothing was done. */
  nothingMatched: 2,
  /** The command line is wrong. Nothing was begun. */
  usage: 64,
  /** Ctrl-C. What was done was told. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The end of a command that did not do what was asked: one sentence for the operator, and the exit code. */
export class Failed extends Error {
  override readonly name = "Failed";
  readonly exitCode: ExitCode;
  constructor(sentence: string, exitCode: ExitCode = exitCodes.failed, options?: { readonly cause: unknown }) {
    super(sentence, options);
    this.exitCode = exitCode;
  }
}
