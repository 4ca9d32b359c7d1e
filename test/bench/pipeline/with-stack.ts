import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStack, type LocalStack } from "../../support/stack.ts";
import type { PipelineOptions } from "./options.ts";
import type { VapidKeys } from "./plain-loop.ts";

type Wish = Pick<PipelineOptions, "notifications" | "devices" | "durable"> & {
  readonly vapid: VapidKeys;
  readonly stop: AbortSignal;
  /** Settings beside those of every bench. */
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Starts the local stack as `npm start` runs it, in a directory of its own, and ends it when `use` has ended, however that
 * happens. Rejects when the stack does not start, or when it leaves something behind.
 */
export const withStack = async <T>(wish: Wish, use: (stack: LocalStack) => Promise<T>): Promise<T> => {
  const dataDir = await mkdtemp(join(tmpdir(), "fanfare-bench-"));
  try {
    const stack = await startStack({ dataDir, ephemeral: !wish.durable, env: settings(wish) });
    // The terminal's Ctrl-C reaches the stack by itself; whoever waits for it then must not wait for its answers.
    const interrupted = new Promise<never>((_, reject) => {
      wish.stop.addEventListener("abort", () =>
        reject(new Error("The bench was stopped.", { cause: wish.stop.reason })),
      );
    });
    try {
      return await Promise.race([use(stack), interrupted]);
    } finally {
      if (wish.stop.aborted) await stack.program.stop(5_000, "SIGINT");
      else await stack.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};

/** More than one side sends in a round, so that nothing is forgotten before it was counted. */
const received = ({ notifications, devices }: Wish): string => String(notifications * devices + 10_000);

/** A bench's few users write more than users do. */
const unthrottled = {
  THROTTLE_USER_WRITES_PER_5_MINUTES: "1000000",
  THROTTLE_USER_WRITES_PER_DAY: "1000000",
  THROTTLE_APP_WRITES_PER_MINUTE: "10000000",
};

const settings = (wish: Wish): Record<string, string> => ({
  ...unthrottled,
  FANFARE_PUSH_PRINT: "0",
  FANFARE_RECEIVED_KEPT: received(wish),
  VAPID_PUBLIC_KEY: wish.vapid.publicKey,
  VAPID_PRIVATE_KEY: wish.vapid.privateKey,
  ...wish.env,
});
