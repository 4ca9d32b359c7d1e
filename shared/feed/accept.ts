import {
  createdAtOf,
  newNotificationId,
  type Notification,
  type NotificationDraft,
  type NotificationId,
} from "../notification/notification.ts";
import type { Head } from "./rows.ts";

/** The notification a draft became, whole. */
export type Became = { readonly notification: Notification; readonly isNew: boolean; readonly acceptedAt: number };

/** What the feed holds that bears on a new notification: its head, and what lives under the same appNotificationId. */
export type Standing = {
  readonly head: Head;
  readonly alias: { readonly id: NotificationId; readonly expiresAt: number } | undefined;
};

/**
 * The notification that a draft becomes (contract 2.4): the same appNotificationId, still live, keeps its id and creation time
 * and starts over otherwise, unread; anything else is new. Takes the feed's next version.
 */
export const acceptDraft = (draft: NotificationDraft, { head, alias }: Standing, now: number): Became => {
  const live = alias && alias.expiresAt > now ? alias.id : undefined;
  const id = live ?? newNotificationId(now);
  const version = head.version + 1;
  return {
    isNew: live === undefined,
    acceptedAt: now,
    notification: {
      ...draft,
      id,
      createdAt: createdAtOf(id),
      contentAt: now,
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
