import type { FeedKey } from "../feed-key.ts";
import type { NotificationId } from "../notification/notification.ts";
import type { SubscriptionId } from "../subscription/subscription.ts";

/**
 * Which ledger: of a notification's content, or of the taps for its changes of state, which follow versions of their own. So a
 * tap neither finishes nor reopens what the content's deliveries have to do.
 */
export type LedgerKey = NotificationId | (string & { readonly __brand: "StateLedgerKey" });

export const stateLedgerKey = (id: NotificationId): LedgerKey => `${id}.state` as LedgerKey;

/** What became of one notification at one channel, so far. */
export type LedgerEntry = {
  /** The subscription it was last tried for: of several with this channel, which are one device, one is tried for all. */
  readonly subscriptionId: SubscriptionId;
  /** What was sent last: the content's version, or for a tap the notification's. */
  readonly contentVersion: number;
  readonly outcome: "delivered" | "gone" | "busy" | "rejected" | "misconfigured" | "gave-up";
  readonly reason?: string;
  /** Attempts for this version. */
  readonly attempts: number;
  /** Epoch milliseconds of the last attempt. */
  readonly at: number;
  /** Epoch milliseconds before which it is not tried again; absent when nothing is left to do. */
  readonly notBefore?: number;
};

/**
 * One notification's deliveries of one kind, by the channel's tag: a device's new channel starts over, and what was done at a
 * channel is done for every subscription that has it. `mark` is the version that was read, undefined where there was none.
 */
export type Ledger = {
  readonly entries: Readonly<Record<string, LedgerEntry>>;
  readonly mark: string | undefined;
};

/** The port to the ledger. All methods throw `Unavailable` when the store is. */
export type Ledgers = {
  readonly read: (feed: FeedKey, key: LedgerKey) => Promise<Ledger>;
  /**
   * Adds this run's entries in one write. Where another run wrote since `ledger` was read, both are kept: per channel the
   * entry that is further on (`mergeEntries`).
   */
  readonly record: (
    feed: FeedKey,
    key: LedgerKey,
    ledger: Ledger,
    entries: Ledger["entries"],
    expiresAt: number,
  ) => Promise<void>;
};

/** Nothing is left to do for this version on the entry's channel. */
export const isFinished = (entry: LedgerEntry | undefined, version: number): boolean =>
  entry !== undefined && entry.contentVersion >= version && entry.notBefore === undefined;

/** Of two runs' entries for each channel, the one that is further on: newer content, then a finished one, then the later. */
export const mergeEntries = (theirs: Ledger["entries"], ours: Ledger["entries"]): Ledger["entries"] => {
  const merged = { ...theirs };
  for (const [channelTag, entry] of Object.entries(ours)) {
    const other = theirs[channelTag];
    merged[channelTag] = other && isFurther(other, entry) ? other : entry;
  }
  return merged;
};

const isFurther = (a: LedgerEntry, b: LedgerEntry): boolean => {
  if (a.contentVersion !== b.contentVersion) return a.contentVersion > b.contentVersion;
  if ((a.notBefore === undefined) !== (b.notBefore === undefined)) return a.notBefore === undefined;
  return a.at > b.at;
};
