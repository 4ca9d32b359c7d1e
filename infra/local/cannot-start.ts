/** A fault that no restart can mend (a bad setting, a busy port): said in one sentence, then exit code 64. */
export class CannotStart extends Error {
  override readonly name = "CannotStart";
}

/** The exit code of a part that could not start for a reason its message told; the supervisor does not restart it. */
export const cannotStartExitCode = 64;

/** The error code of a failed system call (`ENOENT`, `EADDRINUSE`, …), or undefined for any other error. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
