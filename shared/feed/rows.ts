import * as z from "zod";
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
import { parseUsage, printUsage, type Usage } from "../throttle/usage.ts";

/**
 * The rows of one feed, all in its own partition, so that each change is one transaction:
 * `h` head · `n_<inverted id>` notification · `a_<hash(appNotificationId)>` → live id ·
 * `c_<version>` change log, one row for each notification and each tombstone · `k_<hash>` what an Idempotency-Key did (`once.ts`) ·
 * `f_<id>_<subscription>` what a device has fetched (`fetch-marks`) · `s_…` subscriptions (`shared/subscription`).
 */
export const headKey = "h";

/** Ids rise with time, table keys sort ascending: each hex digit is turned round, so the newest comes first. */
export const notificationKey = (id: NotificationId): string => {
  let key = "n_";
  for (const character of id) key += turnedRound[character] ?? character;
  return key;
};
const turnedRound: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from("0123456789abcdef", (digit, value) => [digit, (15 - value).toString(16)]),
);

export const aliasKey = (appNotificationId: string): string => `a_${hashOf("alias", appNotificationId)}`;

/** Versions have ten digits: a feed would need ten thousand million changes to outgrow them. */
export const changeKey = (version: number): string => `c_${String(version).padStart(10, "0")}`;

/**
 * The feed's head. Every write replaces it by its ETag, so versions have no gaps and the user's writes are counted exactly. Whoever
 * replaces it for another reason (the purge, a read that sweeps, a device that subscribes) hands all of it on; who deletes moves `at` to its own time if that is later.
 */
export type Head = {
  readonly epoch: string;
  readonly version: number;
  /** Epoch milliseconds of the last write. Instances' clocks differ, and what has expired for one writer must not live again for the next. */
  readonly at: number;
  /** The user's writes, for the limits of contract 2.6. */
  readonly usage: Usage;
  /** Random, of the last transactions, newest first: who lost the answer to its own, which the SDK then repeated in vain, knows it by this. */
  readonly stamps: readonly string[];
};

export const headRow = (feed: FeedKey, { epoch, version, at, usage, stamps }: Head): Row => ({
  partitionKey: feed,
  rowKey: headKey,
  epoch,
  version,
  at: new Date(at),
  usage: printUsage(usage),
  stamps: stamps.join(" "),
});

export const headOf = (row: StoredRow): Head => {
  const { epoch, version, at, usage, stamps } = headSchema.parse(row);
  return { epoch, version, at: at.getTime(), usage: parseUsage(usage), stamps: stamps.split(" ").filter(Boolean) };
};
const headSchema = z.object({
  epoch: z.string(),
  version: z.int(),
  at: z.date(),
  usage: z.string(),
  stamps: z.string(),
});

/**
 * What lives under an appNotificationId, until when, and at which version: there its change row is. Written with every change of
 * the notification and deleted with it, so that one which lives has this row and one which was deleted has none.
 */
export type Alias = Pick<Notification, "id" | "expiresAt" | "knownUntil" | "version">;

export const aliasRow = (feed: FeedKey, notification: Notification): Row => {
  const { appNotificationId, id, expiresAt, knownUntil, version } = notification;
  return {
    partitionKey: feed,
    rowKey: aliasKey(appNotificationId),
    id,
    version,
    expiresAt: new Date(expiresAt),
    knownUntil: new Date(knownUntil),
  };
};

export const aliasOf = (row: StoredRow): Alias => {
  const { id, expiresAt, knownUntil, version } = aliasSchema.parse(row);
  return { id: id as NotificationId, expiresAt: expiresAt.getTime(), knownUntil: knownUntil.getTime(), version };
};
const aliasSchema = z.object({ id: z.string(), expiresAt: z.date(), knownUntil: z.date(), version: z.int() });

/** Stands until nobody can know of the notification any more: one that ended sooner than was told once leaves word of that. */
export const changeRow = (feed: FeedKey, { version, id, knownUntil }: Notification): Row => ({
  partitionKey: feed,
  rowKey: changeKey(version),
  id,
  expiresAt: new Date(knownUntil),
});

/**
 * State and times have properties of their own. What callers wrote is one JSON text in chunks: it may be large, and it may hold
 * half a surrogate pair, which JSON escapes and a property of its own could not keep.
 */
export const notificationRow = (feed: FeedKey, notification: Notification): Row => {
  const { targetHostName, appNotificationId, groupName, payload, fallback, platformTypes: targeted } = notification;
  const content = { targetHostName, appNotificationId, groupName, payload, fallback, platformTypes: targeted };
  return {
    partitionKey: feed,
    rowKey: notificationKey(notification.id),
    id: notification.id,
    priority: notification.priority,
    status: notification.status,
    readState: notification.readState,
    userActionState: notification.userActionState,
    epoch: notification.epoch,
    version: notification.version,
    contentVersion: notification.contentVersion,
    createdAt: new Date(notification.createdAt),
    contentAt: new Date(notification.contentAt),
    expiresAt: new Date(notification.expiresAt),
    knownUntil: new Date(notification.knownUntil),
    displayUntil: new Date(notification.displayUntil),
    ...(notification.modifiedAt !== null && { modifiedAt: new Date(notification.modifiedAt) }),
    ...chunked("content", JSON.stringify(content)),
  };
};

const visualSchema = z.object({
  title: z.string(),
  body: z.string().exactOptional(),
  imageUrl: z.string().exactOptional(),
  actionUrl: z.string().exactOptional(),
  sound: z.string().exactOptional(),
  badge: z.int().exactOptional(),
});
const contentSchema = z.object({
  targetHostName: z.string(),
  appNotificationId: z.string(),
  groupName: z.string().nullable(),
  payload: z.object({ rawContent: z.string().exactOptional(), visualContent: visualSchema.exactOptional() }),
  fallback: z.object({ delaySeconds: z.number(), visualContent: visualSchema }).nullable(),
  platformTypes: z.array(z.enum(platformTypes)),
});
const rowSchema = z.object({
  id: z.string(),
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
  knownUntil: z.date(),
  displayUntil: z.date(),
});

/**
 * Reads a notification's row. Throws a ZodError when it is not one: that would be our bug. Rows are read and written member by member: on Node 20
 * each object that begins with a spread and is then added to gets a shape of its own, which costs ten times all else of a read.
 */
export const notificationOf = (row: StoredRow): Notification => {
  const read = rowSchema.parse(row);
  const content = contentSchema.parse(JSON.parse(joined("content", row)));
  return {
    targetHostName: content.targetHostName,
    appNotificationId: content.appNotificationId,
    groupName: content.groupName,
    payload: content.payload,
    fallback: content.fallback,
    platformTypes: content.platformTypes,
    id: read.id as NotificationId,
    priority: read.priority,
    status: read.status,
    readState: read.readState,
    userActionState: read.userActionState,
    epoch: read.epoch,
    version: read.version,
    contentVersion: read.contentVersion,
    createdAt: read.createdAt.getTime(),
    contentAt: read.contentAt.getTime(),
    modifiedAt: read.modifiedAt?.getTime() ?? null,
    expiresAt: read.expiresAt.getTime(),
    knownUntil: read.knownUntil.getTime(),
    displayUntil: read.displayUntil.getTime(),
  };
};
