import { hashOf } from "../hash.ts";

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
