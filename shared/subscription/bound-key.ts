import type { Subscription } from "./subscription.ts";
import type { VapidKeyId, VapidKeyIds } from "./vapid-key.ts";

/**
 * The key a browser's channel is bound to, for good: no push service takes another's word for it (RFC 8292, section 4.2). A row that does
 * not say was written before rows said so, when there was one key: whichever is the oldest now, for the others came later.
 */
export const boundKeyOf = (
  { vapidKeyId }: Pick<Subscription, "vapidKeyId">,
  { current, previous }: VapidKeyIds,
): VapidKeyId => vapidKeyId ?? previous ?? current;

/** Whether the client should subscribe anew, with the current key: its browser's channel ends with another one. */
export const isToResubscribe = (
  subscription: Pick<Subscription, "channel" | "vapidKeyId">,
  keys: VapidKeyIds,
): boolean => subscription.channel?.kind === "webpush" && boundKeyOf(subscription, keys) !== keys.current;
