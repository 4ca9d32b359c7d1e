import {
  createdAtOf,
  newNotificationId,
  type Notification,
  type NotificationDraft,
} from "../notification/notification.ts";
import type { StoredRow } from "../storage/table.ts";
import { admit } from "../throttle/usage.ts";
import type { Accepted, Once } from "./feed.ts";
import { onceRow, repeatOf } from "./once.ts";
import { aliasOf, aliasRow, notificationRow, type Alias, type Head } from "./rows.ts";
import { movedInLog, over, type Decision, type Standing } from "./write.ts";

/** What is posted, and the rows that bear on it: what lives under its appNotificationId, and what its Idempotency-Key did. */
export type Posted = { readonly draft: NotificationDraft; readonly once: Once | undefined };
export type FoundForPost = { readonly alias: StoredRow | undefined; readonly once: StoredRow | undefined };

/**
 * Accepts a draft, unless it is a repeat: that is told what the first was, and neither counts nor can be too many. Throws `conflict`
 * when an Idempotency-Key came with another body.
 */
export const decideAccept = (
  { draft, once }: Posted,
  found: FoundForPost,
  { feed, head, limits, now }: Standing,
): Decision<Accepted> => {
  const repeated = once && repeatOf(found.once, once, draft, now);
  if (repeated) return { kind: "leave", result: repeated };
  const admission = admit(head.usage, limits, now);
  if (admission.kind === "full") return admission;

  const alias = found.alias && aliasOf(found.alias);
  const became = acceptDraft(draft, { head, alias }, now);
  const { notification, isNew } = became;
  const changes = [
    { kind: "put", row: notificationRow(feed, notification) } as const,
    over(found.alias, aliasRow(feed, notification)),
    ...movedInLog({ feed, head }, isNew ? undefined : alias?.version, notification),
    ...(once ? [over(found.once, onceRow(feed, once, became))] : []),
  ];
  const { version } = notification;
  return { kind: "write", head: { version, usage: admission.usage }, changes, result: became };
};

/** The notification a draft became, whole. */
export type Became = { readonly notification: Notification; readonly isNew: boolean; readonly acceptedAt: number };

/**
 * The notification that a draft becomes (contract 2.4): the same appNotificationId, still live, keeps its id and creation time
 * and starts over otherwise, unread; anything else is new. Takes the feed's next version.
 */
export const acceptDraft = (
  draft: NotificationDraft,
  {
    head,
    alias,
  }: { readonly head: Pick<Head, "epoch" | "version">; readonly alias: Omit<Alias, "version"> | undefined },
  now: number,
): Became => {
  const live = alias && alias.expiresAt > now ? alias : undefined;
  const id = live?.id ?? newNotificationId(now);
  const version = head.version + 1;
  return {
    isNew: live === undefined,
    acceptedAt: now,
    notification: {
      ...draft,
      id,
      createdAt: createdAtOf(id),
      contentAt: now,
      knownUntil: Math.max(draft.expiresAt, live?.knownUntil ?? 0),
      modifiedAt: live === undefined ? null : now,
      status: live === undefined ? "active" : "updated",
      readState: "unread",
      userActionState: "noInteraction",
      epoch: head.epoch,
      version,
      contentVersion: version,
    },
  };
};
