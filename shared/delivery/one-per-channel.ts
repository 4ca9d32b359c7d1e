import type { Subscription } from "../subscription/subscription.ts";

/**
 * Subscriptions with one channel are one device that subscribed under several deviceIds: two pushes would ring twice in one place.
 * The one that was begun with goes on; else it is the one that lives longest, by its id among equals, so that runs at once agree.
 */
export const onePerChannel = <S extends Subscription>(
  open: readonly S[],
  isBegun: (subscription: S) => boolean,
): S[] => {
  const goesFirst = (one: S, other: S): boolean => {
    if (isBegun(one) !== isBegun(other)) return isBegun(one);
    return one.expiresAt === other.expiresAt ? one.id < other.id : one.expiresAt > other.expiresAt;
  };
  const chosen = new Map<string, S>();
  for (const one of open) {
    const other = chosen.get(one.channelTag);
    if (!other || goesFirst(one, other)) chosen.set(one.channelTag, one);
  }
  return [...chosen.values()];
};
