import type { FeedKey } from "../feed-key.ts";
import type { NotificationId } from "../notification/notification.ts";
import type { SubscriptionId } from "../subscription/subscription.ts";

/**
 * What a device is told: the notification's content, by a tap that its state has changed, or as an alert the fallback's content, for it has
 * not fetched the notification in time. Each is kept account of by itself.
 */
export const toldKinds = ["content", "tap", "fallback"] as const;
export type ToldKind = (typeof toldKinds)[number];

export const outcomeKinds = ["delivered", "gone", "busy", "rejected", "misconfigured", "held", "gave-up"] as const;

/** One attempt, as it is remembered. */
export type PastAttempt = {
  readonly outcome: (typeof outcomeKinds)[number];
  readonly reason?: string;
  /** Epoch milliseconds. */
  readonly at: number;
};

/** What became of telling one channel, so far. */
export type LedgerEntry = PastAttempt & {
  /** The subscription it was last tried for: of several with this channel, which are one device, one is tried for all. */
  readonly subscriptionId: SubscriptionId;
  /** What was told last: the content's version, also of an alert, or for a tap the notification's. */
  readonly told: number;
  /** The notification's version when somebody was last told anything here, held attempts aside, or made a change here; 0 if nobody was or did. */
  readonly version: number;
  /** Attempts for what was told; one that was held is none. */
  readonly attempts: number;
  /** Epoch milliseconds before which it is not tried again; absent when nothing is left to do. */
  readonly notBefore?: number;
  /** The attempts before this one for the same, latest first; the latest few only. */
  readonly earlier?: readonly PastAttempt[];
};

/** By the channel's tag: a device's new channel starts over, and what was done at a channel is done for every subscription that has it. */
export type Entries = Readonly<Record<string, LedgerEntry>>;
export type Told = Readonly<Record<ToldKind, Entries>>;

/**
 * None yet, to be filled. Without a prototype it is a dictionary from the start: a plain object would get a shape for each tag that is its first, and
 * there are as many of those as devices.
 */
export const newEntries = (): Record<string, LedgerEntry> => Object.create(null) as Record<string, LedgerEntry>;

/** Nobody was told anything. */
export const nothingTold: Told = { content: {}, tap: {}, fallback: {} };

/** Of each kind these entries. */
export const toldBy = (entriesOf: (kind: ToldKind) => Entries): Told => ({
  content: entriesOf("content"),
  tap: entriesOf("tap"),
  fallback: entriesOf("fallback"),
});

/** One notification's deliveries. `mark` is the version that was read, undefined where there was none. */
export type Ledger = Told & { readonly mark: string | undefined };

/** The port to the ledger. All methods throw `Unavailable` when the store is. */
export type Ledgers = {
  readonly read: (feed: FeedKey, id: NotificationId) => Promise<Ledger>;
  /**
   * Adds this run's entries in one write, that ends at `expiresAt` (epoch milliseconds). Where another run wrote since `read`, both
   * are kept: per channel and kind the entry that is further on. Resolves to the tags of channels that were told something else
   * meanwhile by another run: nobody knows which came last, so they must be told once more.
   */
  readonly record: (
    feed: FeedKey,
    id: NotificationId,
    run: { readonly read: Ledger; readonly made: Told; readonly expiresAt: number },
  ) => Promise<ReadonlySet<string>>;
};

/** The time of an entry that was reopened: past by every instance's clock, and no other entry's. */
export const atOnce = 0;

/** Nothing is left to do on the entry's channel for what is to be told. */
export const isFinished = (entry: LedgerEntry | undefined, told: number): boolean =>
  entry !== undefined && entry.told >= told && entry.notBefore === undefined;

/** Whether an entry says no more of its version than that the device made that change itself: any other tap tells its version, or is held. */
export const isOwnChange = (kind: ToldKind, { told, version }: LedgerEntry): boolean =>
  kind === "tap" && told < version;

/** The channels that have been told something newer than this version of the notification. */
export const toldSince = (told: Told, version: number): ReadonlySet<string> =>
  new Set(
    toldKinds.flatMap((kind) =>
      Object.entries(told[kind]).flatMap(([channelTag, entry]) => (entry.version > version ? [channelTag] : [])),
    ),
  );
