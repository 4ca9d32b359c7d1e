import type { Standing } from "../client.ts";
import type { InboxWords } from "./words.ts";

/** What keeps the inbox from being up to date, in a sentence for the user, and whether trying again is the user's to do. */
export type Trouble = {
  readonly kind: "waiting" | "refused" | "failed";
  readonly sentence: string;
  readonly canTryAgain: boolean;
};

/** Undefined: all is well, as far as is known. */
export const troubleOf = (
  standing: Standing | undefined,
  isOnline: boolean,
  words: InboxWords,
): Trouble | undefined => {
  const unsent = words.unsent(standing?.unsent ?? 0);
  if (!isOnline) return { kind: "waiting", sentence: `${words.offline} ${unsent}`, canTryAgain: false };
  if (standing === undefined) return undefined;
  const { answer } = standing;
  switch (answer.kind) {
    case "ok":
      return undefined;
    case "offline":
      return { kind: "waiting", sentence: `${words.unreachable} ${unsent}`, canTryAgain: true };
    case "throttled": {
      const seconds = Math.max(1, Math.ceil(answer.waitMs / 1_000));
      return { kind: "waiting", sentence: words.throttled(seconds), canTryAgain: false };
    }
    case "unauthorized":
      return { kind: "refused", sentence: words.unauthorized, canTryAgain: true };
    case "forbidden":
      return { kind: "refused", sentence: words.forbidden, canTryAgain: true };
    // A client works these out by itself; one that could not has failed.
    case "not-found":
    case "changed":
    case "gone":
    case "refused":
    case "failed":
      return { kind: "failed", sentence: words.failed, canTryAgain: true };
  }
};
