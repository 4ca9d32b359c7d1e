import { hashOf } from "../hash.ts";
import type { Subscription } from "./subscription.ts";

/** Names a VAPID key (RFC 8292) where it is counted and compared: twelve characters of its public key's hash. No secret. */
export type VapidKeyId = string & { readonly __brand: "VapidKeyId" };

/** The id of a public key, base64url without padding. */
export const vapidKeyIdOf = (publicKey: string): VapidKeyId => hashOf("vapid", publicKey).slice(0, 12) as VapidKeyId;

/** The keys this server has: browsers subscribe with the current one; the previous one, if there is one, is being retired. */
export type VapidKeyIds = { readonly current: VapidKeyId; readonly previous?: VapidKeyId | undefined };

type PublicKeys = { readonly publicKey: string; readonly previous?: { readonly publicKey: string } | undefined };
export const vapidKeyIdsOf = ({ publicKey, previous }: PublicKeys): VapidKeyIds => ({
  current: vapidKeyIdOf(publicKey),
  previous: previous && vapidKeyIdOf(previous.publicKey),
});

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
