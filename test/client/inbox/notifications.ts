import type { UserNotification } from "../../../shared/client/notification.ts";

/** When these tests take place. */
export const now = Date.parse("2026-03-10T12:00:00Z");

/** A notification as the service gives it: of a minute ago, unread, for a day. */
export const notification = (changes: Partial<UserNotification> = {}): UserNotification => ({
  id: "1",
  targetHostName: "app.example",
  appNotificationId: "one",
  groupName: null,
  creationDateTime: "2026-03-10T11:59:00Z",
  lastModifiedDateTime: null,
  expirationDateTime: "2026-03-11T12:00:00Z",
  priority: "None",
  readState: "unread",
  userActionState: "noInteraction",
  payload: { visualContent: { title: "Parcel", body: "At the desk" } },
  ...changes,
});
