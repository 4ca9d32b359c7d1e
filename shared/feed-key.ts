import type { User } from "./auth/caller.ts";
import { hashOf } from "./hash.ts";

/** Names one feed: the notifications of one user and host name. A hash, so that table keys never hold anybody's text. */
export type FeedKey = string & { readonly __brand: "FeedKey" };

export const feedKeyOf = (user: Pick<User, "tenantId" | "objectId">, hostName: string): FeedKey =>
  hashOf(user.tenantId, user.objectId, hostName.toLowerCase()) as FeedKey;
