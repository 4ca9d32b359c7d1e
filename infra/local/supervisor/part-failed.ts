import { cannotStartExitCode } from "../cannot-start.ts";
import type { Exit } from "./part-process.ts";

/** A part that will not run, whatever we do. */
export class PartFailed extends Error {
  override readonly name = "PartFailed";
  /** What the stack should end with. */
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Why a part is given up after this exit. */
export const failureOf = (part: string, exit: Exit): PartFailed =>
  exit.code === cannotStartExitCode
    ? new PartFailed(`${part} cannot start; it said why above.`, cannotStartExitCode)
    : new PartFailed(`${part} ${told(exit)}, the third crash in a row within a minute of its start.`, 1);

/** A start that the end of the stack overtook: nobody's fault. */
export const stackStopped = (): PartFailed => new PartFailed("The stack was stopped.", 0);

/** An exit in words. */
export const told = ({ code, signal }: Exit): string =>
  signal ? `was ended by ${signal}` : `ended with exit code ${code ?? "unknown"}`;
