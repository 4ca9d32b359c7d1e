import { z } from "zod";
import type { DataCipher } from "../data-keys.ts";
import type { FeedKey } from "../feed-key.ts";
import { hashOf } from "../hash.ts";
import { platformTypes } from "../notification/notification.ts";
import type { Row, StoredRow } from "../storage/table.ts";
import {
  notificationTypes,
  type Channel,
  type Subscription,
  type SubscriptionDraft,
  type SubscriptionId,
  type Unsid,
} from "./subscription.ts";

/** `s_<id>` in the feed's partition. */
export const rowKeyOf = (id: SubscriptionId): string => `s_${id}`;

/** The same device in the same feed has the same id, so that subscribing again renews; no two feeds share one. */
export const subscriptionIdOf = (feed: FeedKey, deviceId: string): SubscriptionId =>
  hashOf("device", feed, deviceId) as SubscriptionId;

const rowSchema = z.object({
  rowKey: z.string(),
  deviceId: z.string(),
  displayName: z.string().optional(),
  platformType: z.enum(platformTypes),
  notificationType: z.enum(notificationTypes),
  channel: z.string().optional(),
  channelTag: z.string(),
  unsid: z.string(),
  expiresAt: z.date(),
});

/** What a ciphertext of this row is bound to. */
const placeOf = (feed: string, id: SubscriptionId): string => `${feed}/${id}`;

/** The subscription a draft asks for. */
export const subscriptionFrom = (draft: SubscriptionDraft, id: SubscriptionId, expiresAt: number): Subscription => {
  const { deviceId, displayName, platformType, notificationType, channel } = draft;
  const channelTag = hashOf("channel", JSON.stringify(channel)).slice(0, 12);
  return { id, deviceId, displayName, platformType, notificationType, channel, channelTag, expiresAt };
};

/** The row of a subscription in its feed's partition, channel and UNSID sealed. */
export const rowOf = (feed: FeedKey, subscription: Subscription, unsid: Unsid, cipher: DataCipher): Row => {
  const { id, displayName, channel, expiresAt, ...plain } = subscription;
  const place = placeOf(feed, id);
  return {
    ...plain,
    partitionKey: feed,
    rowKey: rowKeyOf(id),
    ...(displayName !== null && { displayName }),
    ...(channel && { channel: cipher.seal(JSON.stringify(channel), place) }),
    unsid: cipher.seal(unsid, place),
    expiresAt: new Date(expiresAt),
  };
};

/** Reads such a row. Throws when it is not one, or cannot be opened. */
export const subscriptionOf = (row: StoredRow, cipher: DataCipher): Subscription => {
  const { rowKey, channel, displayName, expiresAt, unsid: _, ...plain } = rowSchema.parse(row);
  const id = rowKey.slice(2) as SubscriptionId;
  return {
    ...plain,
    id,
    displayName: displayName ?? null,
    // Written by us, and authenticated: the cipher vouches for its shape.
    channel:
      channel === undefined ? null : (JSON.parse(cipher.open(channel, placeOf(row.partitionKey, id))) as Channel),
    expiresAt: expiresAt.getTime(),
  };
};

/** The UNSID a row keeps for renewal. */
export const unsidOf = (row: StoredRow, cipher: DataCipher): Unsid => {
  const id = row.rowKey.slice(2) as SubscriptionId;
  return cipher.open(String(row.unsid), placeOf(row.partitionKey, id)) as Unsid;
};
