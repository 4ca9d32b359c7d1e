import type { Answer, FeedApi } from "./feed-api.ts";
import type { LocalStore } from "./local-store.ts";
import { readingDelta, type ReadStep } from "./read-delta.ts";
import { sendingEdits, type OnRefused } from "./send-edits.ts";

/** Sends the edits, then reads the delta to its end: `ok` means that both are done. Several at once do no harm, they only do the work twice. */
type Pass = (signal: AbortSignal) => Promise<Answer<undefined>>;

/** How a browser's state and the service's feed become one. */
export const syncing = (
  api: FeedApi,
  store: Pick<LocalStore, "read" | "update">,
  now: () => number,
  onRefused: OnRefused,
): readonly [ReadStep, Pass] => {
  const [step, readToEnd] = readingDelta(api, store, now);
  const sendEdits = sendingEdits(api, store, readToEnd, onRefused);
  const pass: Pass = async (signal) => {
    const sent = await sendEdits(signal);
    // Whoever may not write just now, or has met a fault, is to see all the same what others write.
    if (sent.kind === "offline" || sent.kind === "unauthorized") return sent;
    const read = await readToEnd(signal);
    return read.kind === "ok" ? sent : read;
  };
  return [step, pass];
};
