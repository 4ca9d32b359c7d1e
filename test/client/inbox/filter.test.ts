import { describe, expect, it } from "vitest";
import { filterNamed, shownOf, unreadCount, type InboxFilter } from "../../../shared/client/inbox/filter.ts";
import { notification, now } from "./notifications.ts";

const all = [
  notification({ id: "new" }),
  notification({ id: "read", readState: "read" }),
  notification({ id: "dismissed", userActionState: "dismissed" }),
  notification({ id: "over", expirationDateTime: new Date(now).toISOString() }),
  notification({ id: "leaving" }),
];
const leaving = new Set(["leaving"]);
const shown = (filter: InboxFilter, readHere: readonly string[] = []) =>
  shownOf(all, { filter, readHere: new Set(readHere), leaving, now }).map(({ id }) => id);

describe("the filter", () => {
  it("shows what was not dismissed, unless the dismissed are asked for", () => {
    expect(shown("all")).toEqual(["new", "read"]);
    expect(shown("dismissed")).toEqual(["dismissed"]);
  });

  it("keeps what was read under it, for whoever opened it is still looking at it", () => {
    expect(shown("unread")).toEqual(["new"]);
    expect(shown("unread", ["read"])).toEqual(["new", "read"]);
  });

  it("counts what waits to be read, and nothing that was dismissed, is over, or on its way out", () => {
    expect(unreadCount(all, { leaving, now })).toBe(1);
  });

  it("is all of it under a name that does not exist", () => {
    expect([filterNamed(null), filterNamed("Unread"), filterNamed("unread")]).toEqual(["all", "all", "unread"]);
  });
});
