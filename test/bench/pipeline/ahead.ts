import type { PushControl } from "../../../infra/local/push/control-client.ts";
import { quietMs } from "./arrivals.ts";

/** Keeps a caller from running away from the devices, so that what is accepted is what arrives. */
export type Ahead = {
  /** Resolves when so many pushes more may be promised. */
  readonly promise: (pushes: number) => Promise<void>;
  /** Resolves when as many pushes have come as were promised, or none has for 20 seconds: then nobody is held back any more. */
  readonly allArrived: () => Promise<void>;
};

type Watch = {
  /** The number of the push that came last. */
  readonly from: number;
  /** How many pushes may be promised and not have come. */
  readonly most: number;
};

/**
 * Counts what a push service receives from now on. It is asked eight times while as many arrive as may be missing, and answers with
 * little more than a number. What comes twice is counted twice.
 */
export const aheadOf = (push: Pick<PushControl, "waitFor">, { from, most }: Watch): Ahead => {
  const step = Math.max(1, Math.floor(most / 8));
  const held: (() => void)[] = [];
  let promised = 0;
  let arrived = 0;
  let isQuiet = false;
  let looking: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    while (arrived < promised && !isQuiet) {
      const next = arrived + Math.min(step, promised - arrived);
      try {
        await push.waitFor(() => true, { since: from + next - 1, within: quietMs });
        arrived = next;
      } catch {
        isQuiet = true;
      }
      for (const goOn of held.splice(0)) goOn();
    }
    looking = undefined;
  };

  return {
    promise: async (pushes) => {
      while (!isQuiet && promised > arrived && promised + pushes - arrived > most) {
        await new Promise<void>((resolve) => held.push(resolve));
      }
      promised += pushes;
      looking ??= look();
    },
    allArrived: async () => {
      await looking;
    },
  };
};
