import { expect, test } from "vitest";
import { asDeleted, asOriginal } from "../../../shared/client/compatibility/original-notification.ts";
import type { UserNotification } from "../../../shared/client/notification.ts";

const stored: UserNotification = {
  id: "n1",
  targetHostName: "app.contoso.com",
  appNotificationId: "dinner",
  groupName: null,
  creationDateTime: "2026-01-31T12:00:00Z",
  lastModifiedDateTime: null,
  expirationDateTime: "2026-02-07T12:00:00Z",
  priority: "High",
  readState: "unread",
  userActionState: "noInteraction",
  payload: { rawContent: "Dinner is ready" },
};

test("a notification has the original's members and no others", () => {
  expect(asOriginal(stored)).toEqual({
    id: "n1",
    appNotificationId: "dinner",
    groupName: null,
    creationDateTime: new Date("2026-01-31T12:00:00Z"),
    lastModifiedDateTime: null,
    expirationDateTime: new Date("2026-02-07T12:00:00Z"),
    status: "active",
    priority: "High",
    readState: false,
    userActionState: 0,
    payload: { rawContent: "Dinner is ready" },
  });
});

test.each(["noInteraction", "activated", "dismissed", "snoozed"] as const)("%s is its number", (userActionState) => {
  const number = { noInteraction: 0, activated: 1, dismissed: 2, snoozed: 3 }[userActionState];
  expect(asOriginal({ ...stored, userActionState }).userActionState).toBe(number);
});

test("changed, it says so, and its times compare by < however the service prints them", () => {
  const read = asOriginal({ ...stored, readState: "read", lastModifiedDateTime: "2026-01-31T12:00:00.25Z" });
  expect(read).toMatchObject({ status: "updated", readState: true });
  expect(read.lastModifiedDateTime! > read.creationDateTime).toBe(true);
  expect(JSON.parse(JSON.stringify(read))).toMatchObject({ lastModifiedDateTime: "2026-01-31T12:00:00.250Z" });
});

test.each([
  [{ rawContent: "raw", visualContent: { title: "Title", body: "Body" } }, { rawContent: "raw" }],
  [{ visualContent: { title: "Title", body: "Body", badge: 3 } }, { title: "Title", body: "Body" }],
  [{ visualContent: { title: "Title" } }, { title: "Title", body: "" }],
])("the payload %o is flattened to %o", (payload, flat) => {
  expect(asOriginal({ ...stored, payload }).payload).toEqual(flat);
});

test("of a deleted one no content is told, and its payload can be looked into all the same", () => {
  expect(asDeleted(stored)).toMatchObject({ id: "n1", status: "deleted", payload: {} });
});
