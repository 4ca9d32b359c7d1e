import { expect, test } from "vitest";
import type { InboxFilter } from "../../../shared/client/inbox/filter.ts";
import { newShowing } from "../../../shared/client/inbox/showing.ts";
import type { UserNotification } from "../../../shared/client/notification.ts";
import { notification } from "./notifications.ts";

const many = (count: number, changes: Partial<UserNotification> = {}): readonly UserNotification[] =>
  Array.from({ length: count }, (_, place) =>
    notification({ id: `n${place}`, expirationDateTime: "9999-01-01T00:00:00Z", ...changes }),
  );
const showingOf = (notifications: readonly UserNotification[], filter: InboxFilter = "all") =>
  newShowing({ notifications: () => notifications, filter: () => filter });
const sizes = ({ now }: ReturnType<typeof newShowing>): readonly number[] => [now().shown.length, now().hidden];

test("a long list is shown in pieces, and says how much of it is left", () => {
  const showing = showingOf(many(120));
  expect(sizes(showing)).toEqual([50, 70]);
  expect(showing.showMore()).toBe(50);
  expect(sizes(showing)).toEqual([100, 20]);
  showing.showMore();
  expect(sizes(showing)).toEqual([120, 0]);
  showing.startOver();
  expect(sizes(showing)).toEqual([50, 70]);
});

test("there is room for a notification that is looked for, and nothing is taken away for one that is there", () => {
  const showing = showingOf(many(120));
  expect(showing.makeRoomFor("n79")).toBe(79);
  expect(sizes(showing)).toEqual([80, 40]);
  expect(showing.makeRoomFor("n3")).toBe(3);
  expect(showing.makeRoomFor("none")).toBe(-1);
  expect(sizes(showing)).toEqual([80, 40]);
});

test("what was read under a filter stays until another is chosen, and what is being deleted is not counted", () => {
  const showing = showingOf([...many(2, { readState: "read" }), ...many(1, { id: "unread" })], "unread");
  showing.readHere.add("n1");
  expect(showing.now().shown.map(({ id }) => id)).toEqual(["n1", "unread"]);
  showing.startOver();
  expect(showing.now().shown.map(({ id }) => id)).toEqual(["unread"]);
  expect(showing.unreadCount()).toBe(1);
  showing.leaving.add("unread");
  expect([showing.unreadCount(), sizes(showing)]).toEqual([0, [0, 0]]);
});
