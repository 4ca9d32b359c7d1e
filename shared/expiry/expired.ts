import type { HintSubject } from "../storage/expiry-hints.table.ts";

/** How far the removal came. */
export type Removed = {
  readonly rows: number;
  /** False when some of it is left for another time: time was over, or writers were first again and again. */
  readonly isDone: boolean;
};

export type Removal = {
  /** What had expired by then goes; epoch milliseconds. */
  readonly expiredBy: number;
  /** Asked before each batch. */
  readonly isTimeOver: () => boolean;
};

/** The port to whatever has expired. */
export type Expired = {
  /**
   * Removes, from all tables, what this feed or UNSID holds that had expired by then. Whatever was renewed, also while this goes on,
   * stays. Safe to repeat, and to run twice at once. Throws `Unavailable` when the store is.
   */
  readonly remove: (subject: HintSubject, removal: Removal) => Promise<Removed>;
};
