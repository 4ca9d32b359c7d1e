import { printInstant } from "../notification/instant.ts";
import type { Notification } from "../notification/notification.ts";
import type { Ended } from "./feed.ts";
import { etagOf } from "./mark.ts";

/**
 * A notification as clients see it: exactly the members of contract 4, in its order. `now` is epoch milliseconds:
 * `displayTimeToLive` counts the whole seconds that are left of the display.
 */
export const entityOf = (notification: Notification, now: number) => ({
  id: notification.id,
  targetHostName: notification.targetHostName,
  appNotificationId: notification.appNotificationId,
  groupName: notification.groupName,
  creationDateTime: printInstant(notification.createdAt),
  lastModifiedDateTime: notification.modifiedAt === null ? null : printInstant(notification.modifiedAt),
  expirationDateTime: printInstant(notification.expiresAt),
  status: notification.status,
  priority: notification.priority,
  displayTimeToLive: Math.max(0, Math.floor((notification.displayUntil - now) / 1_000)),
  readState: notification.readState,
  userActionState: notification.userActionState,
  targetPolicy: { platformTypes: notification.platformTypes },
  payload: notification.payload,
  "@odata.etag": etagOf(notification),
});

/** What a delta shows of a notification: the entity, or of a deleted one no more than that it is gone. */
export const changeEntityOf = (change: Notification | Ended, now: number) =>
  change.status === "deleted"
    ? { id: change.id, status: change.status, "@removed": { reason: "deleted" } }
    : entityOf(change, now);
