import * as z from "zod";
import { keyIdOf, type DataCipher } from "../data-keys.ts";
import type { FeedKey } from "../feed-key.ts";
import { hashOf } from "../hash.ts";
import { platformTypes } from "../notification/notification.ts";
import type { Report } from "../report.ts";
import type { Row, StoredRow } from "../storage/table.ts";
import {
  notificationTypes,
  type Channel,
  type Subscription,
  type SubscriptionDraft,
  type SubscriptionId,
  type Unsid,
} from "./subscription.ts";
import { boundKeyOf } from "./bound-key.ts";
import type { VapidKeyId, VapidKeyIds } from "./vapid-key.ts";

/** `s_<id>` in the feed's partition; all of a feed's are in [`subscriptionsFrom`, `subscriptionsBelow`). */
export const rowKeyOf = (id: SubscriptionId): string => `s_${id}`;
export const subscriptionsFrom = "s_";
export const subscriptionsBelow = "s`";

/** The same device in the same feed has the same id, so that subscribing again renews; no two feeds share one. */
export const subscriptionIdOf = (feed: FeedKey, deviceId: string): SubscriptionId =>
  hashOf("device", feed, deviceId) as SubscriptionId;

/** Where a UNSID is found in the table `unsids`: by its hash, which is no secret. */
export type UnsidPlace = { readonly partitionKey: string; readonly rowKey: string };
export const unsidRowKey = "u";
export const unsidPlaceOf = (unsid: string): UnsidPlace => ({
  partitionKey: hashOf("unsid", unsid),
  rowKey: unsidRowKey,
});

/** The same, of a subscription's row, which need not be opened for it: for whoever removes the row. The UNSID's row goes first. */
export const unsidPlaceIn = (row: StoredRow): UnsidPlace | undefined =>
  typeof row.unsidKey === "string" ? { partitionKey: row.unsidKey, rowKey: unsidRowKey } : undefined;

/** Epoch milliseconds at which a row's subscription ends; such a row need not be whole. */
export const endOf = (row: StoredRow): number => (row.expiresAt instanceof Date ? row.expiresAt.getTime() : 0);

const rowSchema = z.object({
  rowKey: z.string(),
  about: z.string(),
  platformType: z.enum(platformTypes),
  notificationType: z.enum(notificationTypes),
  channel: z.string().optional(),
  channelTag: z.string(),
  vapidKeyId: z
    .string()
    .transform((id) => id as VapidKeyId)
    .optional(),
  registeredAt: z.date().optional(),
  expiresAt: z.date(),
});
const aboutSchema = z.object({ deviceId: z.string(), displayName: z.string().nullable() });

/** What a ciphertext of this row is bound to. */
const placeOf = (feed: string, id: SubscriptionId): string => `${feed}/${id}`;

/** The columns of such a row that are sealed, and the place they are bound to: for whoever seals them anew. */
export const sealedColumns = ["channel", "unsid"] as const;
export const sealedPlaceOf = ({ partitionKey, rowKey }: StoredRow): string =>
  placeOf(partitionKey, rowKey.slice(subscriptionsFrom.length) as SubscriptionId);

/** The subscription a draft asks for. */
export const subscriptionFrom = (draft: SubscriptionDraft, id: SubscriptionId, expiresAt: number): Subscription => {
  const { deviceId, displayName, platformType, notificationType, channel } = draft;
  const channelTag = hashOf("channel", JSON.stringify(channel)).slice(0, 12);
  return { id, deviceId, displayName, platformType, notificationType, channel, channelTag, expiresAt };
};

/**
 * The VAPID key of the channel that a browser gives: the one it says, else that of the row which has this very channel already, else the
 * current one, which we told it to subscribe with. Undefined for other platforms.
 */
export const vapidKeyOf = (
  { channel, vapidKeyId }: SubscriptionDraft,
  { channelTag }: Pick<Subscription, "channelTag">,
  { found, keys }: { readonly found: StoredRow | undefined; readonly keys: VapidKeyIds },
): VapidKeyId | undefined => {
  if (channel.kind !== "webpush") return undefined;
  if (vapidKeyId !== undefined) return vapidKeyId;
  const known = rowSchema.safeParse(found).data;
  return known?.channelTag === channelTag ? boundKeyOf(known, keys) : keys.current;
};

/**
 * The row of a subscription in its feed's partition, channel and UNSID sealed. What the client calls its device is JSON: it may
 * hold half a surrogate pair, which no column takes.
 */
export const rowOf = (feed: FeedKey, subscription: Subscription, unsid: Unsid, cipher: DataCipher): Row => {
  const {
    id,
    deviceId,
    displayName,
    channel,
    closedKeyId: _,
    vapidKeyId,
    registeredAt,
    expiresAt,
    ...plain
  } = subscription;
  const place = placeOf(feed, id);
  return {
    ...plain,
    partitionKey: feed,
    rowKey: rowKeyOf(id),
    about: JSON.stringify({ deviceId, displayName }),
    ...(channel && { channel: cipher.seal(JSON.stringify(channel), place) }),
    unsid: cipher.seal(unsid, place),
    unsidKey: unsidPlaceOf(unsid).partitionKey,
    ...(vapidKeyId !== undefined && { vapidKeyId }), // in plain: how many are bound to a key is counted without opening any
    ...(registeredAt !== undefined && { registeredAt: new Date(registeredAt) }),
    expiresAt: new Date(expiresAt),
  };
};

/** Such a row once its channel is gone; its UNSID lives on. */
export const withoutChannel = ({ etag: _, channel: _channel, ...row }: StoredRow): Row => row;

/**
 * Reads such a row. One that cannot be opened, for its key was taken away, counts as without a channel, and says by which key it is closed; one
 * that is no subscription's is undefined. Both are reported, and neither keeps the user's other devices from being read.
 */
export const subscriptionOf = (row: StoredRow, cipher: DataCipher, report: Report): Subscription | undefined => {
  try {
    const read = rowSchema.parse(row);
    const id = read.rowKey.slice(subscriptionsFrom.length) as SubscriptionId;
    const { deviceId, displayName } = aboutSchema.parse(JSON.parse(read.about));
    const { channel } = read;
    const opened =
      channel === undefined ? undefined : opening(() => cipher.open(channel, placeOf(row.partitionKey, id)));
    if (opened && "failure" in opened) report(`A subscription counts as without a channel: ${opened.failure}`);
    // Member by member: every push reads one, and to copy an object, or what is left of it, costs more than all of this.
    const subscription = {
      id,
      deviceId,
      displayName,
      platformType: read.platformType,
      notificationType: read.notificationType,
      // Written by us, and authenticated: the cipher vouches for its shape.
      channel: opened && "text" in opened ? (JSON.parse(opened.text) as Channel) : null,
      channelTag: read.channelTag,
      vapidKeyId: read.vapidKeyId,
      registeredAt: read.registeredAt?.getTime(),
      expiresAt: read.expiresAt.getTime(),
    };
    const isClosed = opened !== undefined && "failure" in opened;
    return isClosed ? { ...subscription, closedKeyId: keyIdOf(channel) ?? "unknown" } : subscription;
  } catch {
    report('A row of a subscription in the table "feeds" is malformed, and was left out.');
    return undefined;
  }
};

/** The same without its key: that it has a channel, but not which. Undefined for a row that is no subscription's. */
export const unopened = (row: StoredRow) => {
  const parsed = rowSchema.safeParse(row).data;
  const about = parsed && aboutSchema.safeParse(jsonOf(parsed.about)).data;
  if (!parsed || !about) return undefined;
  const { rowKey, platformType, notificationType, channel, channelTag, vapidKeyId } = parsed;
  return {
    id: rowKey.slice(subscriptionsFrom.length) as SubscriptionId,
    platformType,
    notificationType,
    channelTag,
    vapidKeyId,
    displayName: about.displayName,
    channel: channel === undefined ? null : { kind: channelKinds[platformType] },
  };
};

const channelKinds = { Windows: "wns", iOS: "apns", Android: "fcm", WebPush: "webpush" } as const;

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** The key that a row's channel is sealed with, where it does not open with these; undefined where it does, or where there is none. */
export const closedKeyIdOf = (row: StoredRow, cipher: DataCipher): string | undefined =>
  subscriptionOf(row, cipher, () => undefined)?.closedKeyId;

/** The UNSID a row keeps for renewal; undefined, and reported, when it cannot be opened. */
export const unsidOf = (row: StoredRow, cipher: DataCipher, report: Report): Unsid | undefined => {
  const id = row.rowKey.slice(subscriptionsFrom.length) as SubscriptionId;
  const opened = opening(() => cipher.open(String(row.unsid), placeOf(row.partitionKey, id)));
  if ("text" in opened) return opened.text as Unsid;
  report(`A subscription gets a new UNSID when it is renewed: ${opened.failure}`);
  return undefined;
};

type Opened = { readonly text: string } | { readonly failure: string };

const opening = (open: () => string): Opened => {
  try {
    return { text: open() };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : "it cannot be opened" };
  }
};
