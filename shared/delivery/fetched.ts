import type { Subscription, SubscriptionId } from "../subscription/subscription.ts";

/** The newest content, by its version, that each device has fetched of a notification; no entry where there was none. */
export type Fetched = ReadonlyMap<SubscriptionId, number>;

/**
 * The channels, by their tags, whose device has fetched this content or newer: subscriptions with one channel are one device, and what one of
 * them has fetched is there for all.
 */
export const channelsThatFetched = (
  subscriptions: readonly Pick<Subscription, "id" | "channelTag">[],
  fetched: Fetched,
  contentVersion: number,
): ReadonlySet<string> =>
  new Set(
    subscriptions.flatMap(({ id, channelTag }) => ((fetched.get(id) ?? 0) >= contentVersion ? [channelTag] : [])),
  );
