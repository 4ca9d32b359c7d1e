import { nothingKnown, type LocalState } from "../../../shared/client/local-state.ts";
import type { UserNotification } from "../../../shared/client/notification.ts";

/** A notification, unread and untouched. */
export const notification = (id: string, more: Partial<UserNotification> = {}): UserNotification => ({
  id,
  targetHostName: "app.contoso.com",
  appNotificationId: `name of ${id}`,
  groupName: null,
  creationDateTime: "2026-01-31T12:00:00Z",
  lastModifiedDateTime: null,
  expirationDateTime: "2026-02-07T12:00:00Z",
  priority: "None",
  readState: "unread",
  userActionState: "noInteraction",
  payload: { rawContent: `words of ${id}` },
  ...more,
});

/** What is known after a pass: these notifications, each at its ETag; the last of them is where the feed stands. */
export const knowing = (...all: readonly (readonly [UserNotification, string])[]): LocalState => ({
  ...nothingKnown,
  mark: all.at(-1)?.[1] ?? ".0",
  link: "$deltatoken=a",
  known: new Map(all.map(([one, etag]) => [one.id, { notification: one, etag }])),
});
