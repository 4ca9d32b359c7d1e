import { z } from "zod";
import type { FeedKey } from "../feed-key.ts";
import { hashOf } from "../hash.ts";
import {
  platformTypes,
  priorities,
  readStates,
  userActionStates,
  type Notification,
  type NotificationId,
} from "../notification/notification.ts";
import type { Row, StoredRow } from "../storage/table.ts";
import { chunked, joined } from "../storage/chunks.ts";

/**
 * The rows of one feed, all in its own partition, so that each change is one transaction:
 * `h` head · `n_<inverted id>` notification · `a_<hash(appNotificationId)>` → live id · `c_<version>` change log.
 * (`s_…` subscriptions are in `shared/subscription`.)
 */
export const headKey = "h";

/** Ids rise with time, table keys sort ascending: each hex digit is turned round, so the newest comes first. */
export const notificationKey = (id: NotificationId): string =>
  `n_${id.replace(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16))}`;

export const aliasKey = (appNotificationId: string): string => `a_${hashOf("alias", appNotificationId)}`;

/** Versions have ten digits: a feed would need ten thousand million changes to outgrow them. */
export const changeKey = (version: number): string => `c_${String(version).padStart(10, "0")}`;

/** The feed's head: every write goes through its ETag, so that versions have no gaps. */
export type Head = { readonly epoch: string; readonly version: number };

export const headRow = (feed: FeedKey, { epoch, version }: Head): Row => ({
  partitionKey: feed,
  rowKey: headKey,
  epoch,
  version,
});

export const headOf = (row: StoredRow): Head => z.object({ epoch: z.string(), version: z.int() }).parse(row);

/** What the alias row says: which notification lives under an appNotificationId, and until when. */
export const aliasRow = (feed: FeedKey, { appNotificationId, id, expiresAt }: Notification): Row => ({
  partitionKey: feed,
  rowKey: aliasKey(appNotificationId),
  id,
  expiresAt: new Date(expiresAt),
});

export const aliasOf = (row: StoredRow): { id: NotificationId; expiresAt: number } => {
  const { id, expiresAt } = z.object({ id: z.string(), expiresAt: z.date() }).parse(row);
  return { id: id as NotificationId, expiresAt: expiresAt.getTime() };
};

export const changeRow = (feed: FeedKey, { version, id, expiresAt }: Notification): Row => ({
  partitionKey: feed,
  rowKey: changeKey(version),
  id,
  expiresAt: new Date(expiresAt),
});

/** State and whatever is looked for have properties of their own; content, which may be large, is one JSON text in chunks. */
export const notificationRow = (feed: FeedKey, notification: Notification): Row => {
  const {
    createdAt,
    contentAt,
    modifiedAt,
    expiresAt,
    displayUntil,
    payload,
    fallback,
    platformTypes: targeted,
    ...plain
  } = notification;
  const { groupName, ...columns } = plain;
  return {
    ...columns,
    partitionKey: feed,
    rowKey: notificationKey(notification.id),
    createdAt: new Date(createdAt),
    contentAt: new Date(contentAt),
    expiresAt: new Date(expiresAt),
    displayUntil: new Date(displayUntil),
    ...(modifiedAt !== null && { modifiedAt: new Date(modifiedAt) }),
    ...(groupName !== null && { groupName }),
    ...chunked("content", JSON.stringify({ payload, fallback, platformTypes: targeted })),
  };
};

const visualSchema = z.object({ title: z.string(), body: z.string().exactOptional() });
const contentSchema = z.object({
  payload: z.object({ rawContent: z.string().exactOptional(), visualContent: visualSchema.exactOptional() }),
  fallback: z.object({ delaySeconds: z.number(), visualContent: visualSchema }).nullable(),
  platformTypes: z.array(z.enum(platformTypes)),
});
const rowSchema = z.object({
  id: z.string(),
  targetHostName: z.string(),
  appNotificationId: z.string(),
  groupName: z.string().optional(),
  priority: z.enum(priorities),
  status: z.enum(["active", "updated", "deleted"]),
  readState: z.enum(readStates),
  userActionState: z.enum(userActionStates),
  epoch: z.string(),
  version: z.int(),
  contentVersion: z.int(),
  createdAt: z.date(),
  contentAt: z.date(),
  modifiedAt: z.date().optional(),
  expiresAt: z.date(),
  displayUntil: z.date(),
});

/** Reads a notification's row. Throws a ZodError when it is not one: that would be our bug. */
export const notificationOf = (row: StoredRow): Notification => {
  const { createdAt, contentAt, modifiedAt, expiresAt, displayUntil, groupName, id, ...plain } = rowSchema.parse(row);
  return {
    ...plain,
    ...contentSchema.parse(JSON.parse(joined("content", row))),
    id: id as NotificationId,
    groupName: groupName ?? null,
    createdAt: createdAt.getTime(),
    contentAt: contentAt.getTime(),
    modifiedAt: modifiedAt?.getTime() ?? null,
    expiresAt: expiresAt.getTime(),
    displayUntil: displayUntil.getTime(),
  };
};
