import { adminOf } from "../support/service-bus/client.ts";
import type { LocalStack } from "../support/stack.ts";
import { pause } from "./pause.ts";

/** Messages of the queue `fanout`. */
export type Left = { readonly active: number; readonly scheduled: number; readonly deadLetters: number };

/** Asks the bus what is left on the queue. Resolves to undefined while it does not answer. */
export const queueOf = ({ stack }: LocalStack): (() => Promise<Left | undefined>) => {
  const { connectionString, adminUrl } = stack.serviceBus;
  const administration = adminOf({ connectionString, adminUrl });
  return async () => {
    const counts = await administration
      .getQueueRuntimeProperties("fanout", { abortSignal: AbortSignal.timeout(3_000) })
      .catch(() => undefined);
    return (
      counts && {
        active: counts.activeMessageCount,
        scheduled: counts.scheduledMessageCount,
        deadLetters: counts.deadLetterMessageCount,
      }
    );
  };
};

/** Resolves once app, bus and tables are all there, to true; to false when they are not within so many milliseconds. */
export const isWell = async ({ stack }: LocalStack, withinMs: number, stop: AbortSignal): Promise<boolean> => {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline && !stop.aborted;) {
    const answer = await fetch(`${stack.httpUrl}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    await pause(250, stop);
  }
  return false;
};

/** Resolves once the queue is empty and stays so for two looks more; to what is left of it when that takes too long. */
export const drained = async (
  queue: () => Promise<Left | undefined>,
  withinMs: number,
  { stop, onLook }: { readonly stop: AbortSignal; readonly onLook: (left: Left) => void },
): Promise<Left | undefined> => {
  let left: Left | undefined;
  let emptyLooks = 0;
  for (const deadline = Date.now() + withinMs; emptyLooks < 3 && Date.now() < deadline && !stop.aborted;) {
    left = (await queue()) ?? left;
    if (left) onLook(left);
    emptyLooks = left && left.active + left.scheduled === 0 ? emptyLooks + 1 : 0;
    await pause(300, stop);
  }
  return left;
};
