import type { Answer } from "./feed-api.ts";
import { pauseAfter } from "./pace.ts";
import { rest, type Surroundings } from "./surroundings.ts";

export type SendingLater = {
  readonly around: Pick<Surroundings, "after" | "chance" | "onTurn">;
  readonly sync: () => Promise<Answer<undefined>>;
  readonly isUnsent: () => Promise<boolean>;
  /** Ends it. */
  readonly signal: AbortSignal;
};

/**
 * Starts to send what is unsent, and goes on until all of it is sent: after a pause that grows while it fails, or when the network is there
 * again. Started again while it is at it, it is the same. Never rejects.
 */
export const sendingLater = ({ around, sync, isUnsent, signal }: SendingLater): (() => Promise<void>) => {
  let isAtIt = false;
  const send = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted && (await isUnsent()); failures += 1) {
      const answer = await sync();
      if (answer.kind === "ok") failures = -1;
      else if (await isUnsent()) {
        const turn = new AbortController();
        const stop = around.onTurn(() => turn.abort());
        // What the service has asked for is waited out, whatever turns.
        const either = answer.kind === "throttled" ? signal : AbortSignal.any([signal, turn.signal]);
        await rest(around, pauseAfter(answer, failures, around.chance()), either);
        stop();
      }
    }
  };
  return async () => {
    if (isAtIt) return;
    isAtIt = true;
    await send().catch(() => undefined);
    isAtIt = false;
  };
};
