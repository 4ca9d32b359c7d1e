import { expect, test } from "vitest";
import { lifeOf } from "../../../shared/delivery/life.ts";
import { notificationWith, now } from "../samples.ts";

test("what became of a notification says whom it was for, when it was replaced, whether it was read since and when it ends, and no content", () => {
  const notification = notificationWith({
    payload: { rawContent: "the secret", visualContent: { title: "the secret" } },
    platformTypes: ["iOS", "WebPush"],
    createdAt: now - 2_000,
    contentAt: now - 1_000,
    modifiedAt: now,
    expiresAt: now + 60_000,
    displayUntil: now + 60_000,
    fallback: { delaySeconds: 90, visualContent: { title: "the secret" } },
    readState: "read",
    userActionState: "activated",
    status: "updated",
    version: 9,
    contentVersion: 8,
  });
  const dateOf = (time: number): string => new Date(time).toISOString().replace(".000Z", "Z");
  expect(lifeOf(notification)).toEqual({
    id: notification.id,
    targetHostName: "app.contoso.com",
    appNotificationId: "order-7",
    status: "updated",
    priority: "None",
    platformTypes: ["iOS", "WebPush"],
    content: ["rawContent", "visualContent"],
    displayTimeToLive: 61,
    fallbackDelayInSeconds: 90,
    readState: "read",
    userActionState: "activated",
    creationDateTime: dateOf(now - 2_000),
    contentDateTime: dateOf(now - 1_000),
    lastModifiedDateTime: dateOf(now),
    expirationDateTime: dateOf(now + 60_000),
    version: 9,
    contentVersion: 8,
  });
});
