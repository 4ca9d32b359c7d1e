import { expect, test } from "vitest";
import { changeEntityOf, entityOf } from "../../../shared/feed/entity.ts";
import { notificationId, notificationWith, now } from "../samples.ts";

const id = notificationId("019c13f0-0000-7000-8000-000000000001");
const whole = notificationWith({
  id,
  targetHostName: "app.contoso.com",
  appNotificationId: "order-7",
  groupName: "Orders",
  createdAt: now - 3_600_000,
  modifiedAt: now - 250,
  expiresAt: now + 3_600_500,
  displayUntil: now + 59_999,
  status: "updated",
  priority: "High",
  readState: "read",
  userActionState: "dismissed",
  platformTypes: ["iOS", "WebPush"],
  payload: { rawContent: "raw", visualContent: { title: "t", body: "b" } },
  epoch: "e",
  version: 9,
});

test("an entity has the contract's fifteen members, in its order, raw content among them", () => {
  expect(JSON.stringify(entityOf(whole, now))).toBe(
    `{"id":"${id}","targetHostName":"app.contoso.com","appNotificationId":"order-7","groupName":"Orders"` +
      `,"creationDateTime":"2026-01-31T11:00:00Z","lastModifiedDateTime":"2026-01-31T11:59:59.75Z"` +
      `,"expirationDateTime":"2026-01-31T13:00:00.5Z","status":"updated","priority":"High","displayTimeToLive":59` +
      `,"readState":"read","userActionState":"dismissed","targetPolicy":{"platformTypes":["iOS","WebPush"]}` +
      `,"payload":{"rawContent":"raw","visualContent":{"title":"t","body":"b"}},"@odata.etag":"\\"e.9\\""}`,
  );
});

test("what was never changed says so by null, and so does an absent group; a display that is over has 0 seconds left", () => {
  const entity = entityOf(notificationWith({ modifiedAt: null, groupName: null, displayUntil: now - 1 }), now);
  expect(entity).toMatchObject({ lastModifiedDateTime: null, groupName: null, displayTimeToLive: 0 });
});

test("of a deleted one a delta shows nothing but that it is deleted", () => {
  expect(JSON.stringify(changeEntityOf({ ...whole, status: "deleted" }, now))).toBe(
    `{"id":"${id}","status":"deleted","@removed":{"reason":"deleted"}}`,
  );
  expect(changeEntityOf(whole, now)).toEqual(entityOf(whole, now));
});
