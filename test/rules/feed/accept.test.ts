import { expect, test } from "vitest";
import { acceptDraft } from "../../../shared/feed/accept.ts";
import { newNotificationId, type NotificationDraft } from "../../../shared/notification/notification.ts";
import { now } from "../samples.ts";

const draft: NotificationDraft = {
  targetHostName: "app.contoso.com",
  appNotificationId: "order-7",
  groupName: "orders",
  payload: { rawContent: "ready" },
  platformTypes: ["WebPush"],
  priority: "Low",
  expiresAt: now + 1_000,
  displayUntil: now + 500,
  fallback: null,
};
const head = { epoch: "epoch", version: 41 };
const earlier = newNotificationId(now - 60_000);

test("a notification nobody knows is new, unread and of the feed's next version", () => {
  const { notification, isNew } = acceptDraft(draft, { head, alias: undefined }, now);
  expect(isNew).toBe(true);
  expect(notification).toEqual({
    ...draft,
    id: notification.id,
    createdAt: now,
    contentAt: now,
    knownUntil: draft.expiresAt,
    modifiedAt: null,
    status: "active",
    readState: "unread",
    userActionState: "noInteraction",
    epoch: "epoch",
    version: 42,
    contentVersion: 42,
  });
});

test("the same appNotificationId, still live, keeps id and creation time and starts over otherwise", () => {
  const alias = { id: earlier, expiresAt: now + 1, knownUntil: now + 5_000 };
  const { notification, isNew } = acceptDraft(draft, { head, alias }, now);
  expect(isNew).toBe(false);
  expect(notification).toEqual({
    ...draft,
    id: earlier,
    createdAt: now - 60_000,
    contentAt: now,
    knownUntil: now + 5_000,
    modifiedAt: now,
    status: "updated",
    readState: "unread",
    userActionState: "noInteraction",
    epoch: "epoch",
    version: 42,
    contentVersion: 42,
  });
});

test.each([now, now - 1])("an appNotificationId that expired is a new notification", (expiresAt) => {
  const { notification, isNew } = acceptDraft(
    draft,
    { head, alias: { id: earlier, expiresAt, knownUntil: now + 5_000 } },
    now,
  );
  expect(isNew).toBe(true);
  expect(notification).toMatchObject({
    createdAt: now,
    knownUntil: draft.expiresAt,
    modifiedAt: null,
    status: "active",
  });
  expect(notification.id).not.toBe(earlier);
});
