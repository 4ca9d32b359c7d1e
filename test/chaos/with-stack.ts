import { startStack, type LocalStack } from "../support/stack.ts";

/** Retries that come within seconds, so that it drains; and no limits, for a run's few callers post more than callers do. */
const settings = {
  RETRY_BASE_SECONDS: "1",
  RETRY_CAP_SECONDS: "3",
  THROTTLE_USER_WRITES_PER_5_MINUTES: "1000000",
  THROTTLE_USER_WRITES_PER_DAY: "1000000",
  THROTTLE_APP_WRITES_PER_MINUTE: "10000000",
  FANFARE_PUSH_PRINT: "0",
};

/** Patient: a request that its caller gave up may still take effect, after the caller's next one even, and what is newest then nobody knows. */
const answerWithinMs = 60_000;

/**
 * Starts the local stack as `npm start` runs it, in that data directory, and ends it when `use` has ended, however that happens.
 * Rejects when the stack does not start, or when it leaves something behind.
 */
export const withStack = async <T>(
  dataDir: string,
  stop: AbortSignal,
  use: (stack: LocalStack) => Promise<T>,
): Promise<T> => {
  const stack = await startStack({ dataDir, env: settings, answerWithinMs });
  // The terminal's Ctrl-C reaches the stack by itself; whoever waits for it then must not wait for its answers.
  const stopped = new Promise<never>((_, reject) => {
    const tell = (): void => reject(new Error("The run was stopped.", { cause: stop.reason }));
    if (stop.aborted) tell();
    stop.addEventListener("abort", tell);
  });
  try {
    return await Promise.race([use(stack), stopped]);
  } finally {
    if (stop.aborted) await stack.program.stop(5_000, "SIGINT");
    else await stack.stop();
  }
};
