import type { LocalStack } from "../support/stack.ts";
import { pause } from "./pause.ts";
import type { KilledPart, PlannedKill } from "./schedule/kills.ts";

type Use = {
  readonly stack: Pick<LocalStack, "killPart" | "partIsBack">;
  readonly calm: AbortSignal;
  /** Told of every kill. */
  readonly onKill: (part: KilledPart) => void;
};

/** Kills a part as planned, until all is to be calm. */
export const killer = async (
  { stack, calm, onKill }: Use,
  part: KilledPart,
  kills: readonly PlannedKill[],
): Promise<void> => {
  for (const { whileStarting, afterMs } of kills) {
    await pause(afterMs, calm);
    if (calm.aborted) return;
    await stack.killPart(part);
    onKill(part);
    // On a machine that is busy a part may need longer than is waited for: the next kill then comes early.
    if (!whileStarting) await Promise.race([stack.partIsBack(part).catch(() => undefined), aborted(calm)]);
  }
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
