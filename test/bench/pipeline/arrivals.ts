import { setTimeout as pause } from "node:timers/promises";
import type { PushControl } from "../../../infra/local/push/control-client.ts";

/** A mark in a push's content, and the device it is for: what must arrive once. */
export type Expected = { readonly mark: string; readonly deviceId: string };
/** What became of the pushes that were expected. */
export type Arrived = {
  /** When each first arrived: epoch milliseconds, by its key. */
  readonly at: ReadonlyMap<string, number>;
  /** How many came once more. */
  readonly duplicates: number;
  readonly lost: number;
  /** Of the largest content, decrypted. */
  readonly contentBytes: number;
};
type Push = { readonly at: string; readonly deviceId: string | null; readonly content: string | null };

/** Marks are found by their form, in the raw content of our own envelope as well as in a plain push. */
export const newMark = (): string => `bench-${crypto.randomUUID()}`;
const markForm = /bench-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

export const keyOf = ({ mark, deviceId }: Expected): string => `${mark} ${deviceId}`;

/** Sorts pushes by what was expected. A push of an earlier side that comes late, again, is a duplicate too; others are nobody's. */
export const tally = (expected: readonly Expected[]) => {
  const missing = new Set(expected.map(keyOf));
  const at = new Map<string, number>();
  let duplicates = 0;
  let contentBytes = 0;
  return {
    take: ({ content, deviceId, at: arrivedAt }: Push): void => {
      const [mark] = markForm.exec(content ?? "") ?? [];
      if (content === null || mark === undefined || deviceId === null) return;
      contentBytes = Math.max(contentBytes, Buffer.byteLength(content));
      const key = keyOf({ mark, deviceId });
      if (missing.delete(key)) at.set(key, Date.parse(arrivedAt));
      else duplicates += 1;
    },
    isComplete: (): boolean => missing.size === 0,
    arrived: (): Arrived => ({ at, duplicates, lost: missing.size, contentBytes }),
  };
};

/** Without a new arrival for so long, what is missing is lost: a retry of this stack comes after 2 seconds at most. */
export const quietMs = 20_000;
const lookEveryMs = 100;

/** Reads what the push service received, from one look to the next. */
export const arrivalsAt = (push: PushControl) => {
  let seen = 0;
  /**
   * Resolves when everything expected has arrived, or nothing has for 20 seconds. Call it when all was sent: what it costs
   * the push service to be asked would be charged to the side that is measured. `seen` is the number of the last push it read.
   */
  return async (expected: readonly Expected[], stop: AbortSignal): Promise<Arrived & { readonly seen: number }> => {
    const counted = tally(expected);
    let lastNewsAt = performance.now();
    for (;;) {
      stop.throwIfAborted();
      const news = await push.received(seen);
      news.forEach(counted.take);
      seen = news.at(-1)?.seq ?? seen;
      if (news.length > 0) lastNewsAt = performance.now();
      if (counted.isComplete() || performance.now() - lastNewsAt > quietMs) {
        return { ...counted.arrived(), seen };
      }
      await pause(lookEveryMs);
    }
  };
};
