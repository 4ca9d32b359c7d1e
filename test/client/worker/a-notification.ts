import type { UserNotification } from "../../../shared/client/notification.ts";

/** Now, in all stories of toasts. */
export const now = Date.parse("2026-01-31T12:00:00Z");

export const aNotification = (id: string, change: Partial<UserNotification> = {}): UserNotification => ({
  id,
  targetHostName: "app.example",
  appNotificationId: id,
  groupName: null,
  creationDateTime: "2026-01-31T11:59:00Z",
  lastModifiedDateTime: null,
  expirationDateTime: "2026-02-07T12:00:00Z",
  priority: "None",
  readState: "unread",
  userActionState: "noInteraction",
  payload: { rawContent: `text of ${id}` },
  ...change,
});

/** A push of its content, as the service writes it. */
export const pushOf = (notification: UserNotification): string =>
  JSON.stringify({ changeType: "afsChange", baseETag: "e.1", newETag: "e.2", notification });

export const tapPush = JSON.stringify({ changeType: "afsChangeNotification", newETag: "e.2" });
