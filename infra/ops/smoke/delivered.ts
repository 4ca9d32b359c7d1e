import { setTimeout as passed } from "node:timers/promises";
import { Amiss } from "./steps.ts";

/** What is known of the canary's delivery; undefined while nothing is. */
export type Told = { readonly outcome: string; readonly reason: string | null };

type Waiting = { readonly withinMs: number; readonly stop: AbortSignal };

const lookEveryMs = 100;

/**
 * Looks until the canary's delivery is `delivered`. Throws `Amiss` when it is not in time, with what was told last: an attempt that came to
 * something else may still be repeated, so it is waited on.
 */
export const beDelivered = async (
  look: () => Promise<Told | undefined>,
  { withinMs, stop }: Waiting,
): Promise<void> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const told = await look();
    if (told?.outcome === "delivered") return;
    if (performance.now() + lookEveryMs > deadline) throw late(told, withinMs);
    await passed(lookEveryMs, undefined, { signal: stop });
  }
};

const late = (told: Told | undefined, withinMs: number): Amiss => {
  const within = `within ${withinMs / 1_000} s`;
  if (told === undefined || told.outcome === "none")
    return new Amiss(`The notification was accepted, and no run has told the canary of it ${within}.`);
  const because = told.reason === null ? "" : ` (${told.reason})`;
  return new Amiss(
    `The notification was accepted, and not delivered ${within}: the latest attempt was ${told.outcome}${because}.`,
  );
};
