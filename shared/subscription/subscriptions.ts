import type { User } from "../auth/caller.ts";
import type { FeedKey } from "../feed-key.ts";
import type { StoredRow } from "../storage/table.ts";
import type { Subscription, SubscriptionDraft, SubscriptionId, Unsid, UnsidHolder } from "./subscription.ts";

export type Subscribed = { readonly subscription: Subscription; readonly unsid: Unsid; readonly isNew: boolean };

/** A subscription as it was read. `stored` is the store's own: it lets a later change meet just this version, in one call. */
export type KeptSubscription = Subscription & { readonly stored: StoredRow };

/** The port to subscriptions and their UNSIDs. All methods throw `Unavailable` when the store is. */
export type Subscriptions = {
  /**
   * Subscribes a device, or renews it: the same user, host name and device keep their UNSID while the subscription lives.
   * Repeating it is harmless. Several devices of a feed may give one channel: each is a subscription, and delivery rings it once.
   * Throws `conflict` for one device more than a feed may have. `expiresAt` is epoch milliseconds.
   */
  readonly subscribe: (user: User, draft: SubscriptionDraft, expiresAt: number) => Promise<Subscribed>;
  /** The live subscriptions of a feed, those without a channel included. */
  readonly of: (feed: FeedKey) => Promise<KeptSubscription[]>;
  /** The live subscription of that id; undefined when the feed has none. */
  readonly find: (feed: FeedKey, id: SubscriptionId) => Promise<Subscription | undefined>;
  /** Removes a subscription and revokes its UNSID, at once. Does nothing when the feed has none of that id; a repeat completes what a crash cut short. */
  readonly remove: (feed: FeedKey, id: SubscriptionId) => Promise<void>;
  /** Whose UNSID this is; undefined when it is unknown, malformed, revoked or expired. */
  readonly holderOf: (unsid: string) => Promise<UnsidHolder | undefined>;
  /**
   * Drops the channel of a subscription as it was read, and keeps its UNSID. If it is not as it was read, renewed perhaps, does nothing
   * and says so: it may have a channel that nobody has tried.
   */
  readonly forgetChannel: (feed: FeedKey, subscription: KeptSubscription) => Promise<"forgotten" | "changed">;
};
