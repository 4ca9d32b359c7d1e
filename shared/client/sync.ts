import type { Answer, FeedApi } from "./feed-api.ts";
import { readingDelta, type Reading, type ReadStep } from "./read-delta.ts";
import { sendingEdits, type Sending } from "./send-edits.ts";

export type Syncing = Reading & Pick<Sending, "onRefused"> & { readonly api: FeedApi };

export type Sync = {
  /** Sends the edits, then reads the delta to its end: `ok` means that both are done. Several at once do no harm, they only do the work twice. */
  readonly pass: (signal: AbortSignal) => Promise<Answer<undefined>>;
  readonly step: ReadStep;
};

/** How a browser's state and the service's feed become one. */
export const syncing = (use: Syncing): Sync => {
  const { step, toEnd } = readingDelta(use);
  const sendEdits = sendingEdits({ ...use, read: toEnd });
  return {
    step,
    pass: async (signal) => {
      const sent = await sendEdits(signal);
      // Whoever may not write just now, or has met a fault, is to see all the same what others write.
      if (sent.kind === "offline" || sent.kind === "unauthorized") return sent;
      const read = await toEnd(signal);
      return read.kind === "ok" && sent.kind !== "ok" ? sent : read;
    },
  };
};
