import type { LocalStack } from "../support/stack.ts";
import { pause } from "./pause.ts";
import { killedParts, type KilledPart, type PlannedKill } from "./schedule/kills.ts";

type Use = {
  readonly stack: Pick<LocalStack, "killPart" | "stack">;
  readonly calm: AbortSignal;
  /** Told of every kill. */
  readonly onKill: (part: KilledPart) => void;
};

/** Kills parts as planned, until all is to be calm. */
export const killer = async ({ stack, calm, onKill }: Use, kills: readonly PlannedKill[]): Promise<void> => {
  for (const { parts, afterMs, isHasty } of kills) {
    const awaited = isHasty ? [] : killedParts;
    await Promise.all(awaited.map((part) => isThere(addressOf(stack, part), calm)));
    await pause(afterMs, calm);
    for (const part of calm.aborted ? [] : parts) {
      await stack.killPart(part);
      onKill(part);
    }
    if (calm.aborted) return;
  }
};

/** Where it is seen whether a part is there. For the host that is less than to be ready: it answers, though the bus may be away. */
const addressOf = ({ stack }: Use["stack"], part: KilledPart): string =>
  part === "functions-host" ? `${stack.httpUrl}/health/live` : (stack.serviceBus.adminUrl ?? "");

/** Resolves as soon as somebody answers there, whatever it is, or it is calm. */
const isThere = async (url: string, calm: AbortSignal): Promise<void> => {
  while (!calm.aborted) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) return;
    await pause(200, calm);
  }
};
