import * as z from "zod";
import { milliseconds } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import type { NotificationDraft, NotificationId } from "../notification/notification.ts";
import { Problem } from "../problem.ts";
import type { Row, StoredRow } from "../storage/table.ts";
import type { Accepted, Once } from "./feed.ts";

/** How long a key is remembered, if the notification lives as long (contract 2.1). */
const rememberedMs = milliseconds.day;

/** `k_<hash>`: a hash already, so no caller's text gets into the key. */
export const onceKey = ({ key }: Once): string => `k_${key}`;

/**
 * What a POST under an Idempotency-Key did. No content: a repeat has the same body, and so brings it along. It has no hint of
 * its own for the purge, for the notification's hint is never earlier than its own end; until then it counts as absent.
 */
export const onceRow = (feed: FeedKey, once: Once, { notification, isNew, acceptedAt }: Accepted): Row => ({
  partitionKey: feed,
  rowKey: onceKey(once),
  body: once.body,
  id: notification.id,
  epoch: notification.epoch,
  version: notification.version,
  isNew,
  acceptedAt: new Date(acceptedAt),
  displayUntil: new Date(notification.displayUntil),
  notificationExpiresAt: new Date(notification.expiresAt),
  expiresAt: new Date(Math.min(notification.expiresAt, acceptedAt + rememberedMs)),
});

const onceSchema = z.object({
  body: z.string(),
  id: z.string(),
  epoch: z.string(),
  version: z.int(),
  isNew: z.boolean(),
  acceptedAt: z.date(),
  displayUntil: z.date(),
  notificationExpiresAt: z.date(),
  expiresAt: z.date(),
  isRefused: z.boolean().optional(),
});

/** The row as it stands when the POST has been answered so; undefined where it says so already, or is there no more. */
export const answeredRow = (found: StoredRow | undefined, answer: "refused" | "accepted"): Row | undefined => {
  const isRefused = answer === "refused";
  if (!found || (found.isRefused ?? false) === isRefused) return undefined;
  const { etag: _etag, ...row } = found;
  return { ...row, isRefused };
};

/**
 * What the first POST under this key was told, or undefined when this is the first. Times that the draft does not name count from
 * the first's acceptance, so they are the row's. Throws `conflict` when the key came with another body.
 */
export const repeatOf = (
  row: StoredRow | undefined,
  once: Once,
  draft: NotificationDraft,
  now: number,
): Accepted | undefined => {
  const first = row && onceSchema.parse(row);
  if (!first || first.expiresAt.getTime() <= now) return undefined;
  if (first.body !== once.body) {
    throw new Problem("conflict", "This Idempotency-Key was used with another body; a new request needs a new key.");
  }
  const { id, epoch, version, isNew, acceptedAt, displayUntil, notificationExpiresAt } = first;
  const { groupName, payload, priority, platformTypes } = draft;
  return {
    notification: {
      id: id as NotificationId,
      epoch,
      version,
      groupName,
      payload,
      priority,
      platformTypes,
      displayUntil: displayUntil.getTime(),
      expiresAt: notificationExpiresAt.getTime(),
    },
    isNew,
    isRepeat: true,
    ...(first.isRefused && { wasRefused: true }),
    acceptedAt: acceptedAt.getTime(),
  };
};
