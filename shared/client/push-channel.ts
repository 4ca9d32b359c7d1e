import type { SubscriptionWish } from "./subscription-api.ts";

/** A browser's push subscription as far as the service needs it; an app may have made its own. */
export type GivenPushSubscription = Pick<PushSubscription, "toJSON"> & Partial<Pick<PushSubscription, "options">>;

/** The channel of a subscription wish, with the key it is bound to if the browser tells. */
export const channelOf = (subscription: GivenPushSubscription): SubscriptionWish["channel"] => {
  const applicationServerKey = keyOf(subscription);
  return { ...subscription.toJSON(), ...(applicationServerKey !== undefined && { applicationServerKey }) };
};

/** The key it is bound to, base64url; undefined if the browser does not tell. */
export const keyOf = ({ options }: GivenPushSubscription): string | undefined => {
  const bytes = options?.applicationServerKey;
  if (!bytes) return undefined;
  const base64 = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};
