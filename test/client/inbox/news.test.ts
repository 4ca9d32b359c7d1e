import { describe, expect, it } from "vitest";
import { newsIn } from "../../../shared/client/inbox/news.ts";
import { notification } from "./notifications.ts";

const before = [notification({ id: "1" })];

describe("what is announced", () => {
  it("is what is new and unread", () => {
    const added = notification({ id: "2" });
    expect(newsIn(before, [added, ...before])).toEqual([added]);
  });

  it("is content that replaces what was there, for it is unread again", () => {
    const replaced = notification({ id: "1", payload: { rawContent: "Something else" } });
    expect(newsIn(before, [replaced])).toEqual([replaced]);
  });

  it.each([
    ["marks set on another device", notification({ id: "1", userActionState: "snoozed" })],
    ["marks taken back", notification({ id: "1", lastModifiedDateTime: "2026-03-10T12:00:00Z" })],
    ["what was read elsewhere before it came here", notification({ id: "2", readState: "read" })],
    ["what was dismissed elsewhere before it came here", notification({ id: "2", userActionState: "dismissed" })],
  ])("is not %s", (_what, after) => {
    expect(newsIn(before, [after])).toEqual([]);
  });
});
