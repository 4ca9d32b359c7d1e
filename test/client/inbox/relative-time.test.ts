import { describe, expect, it } from "vitest";
import { exactTime, relativeTime } from "../../../shared/client/inbox/relative-time.ts";

/** Local time, for people's days are. */
const at = (text: string): number => new Date(text).getTime();
const now = at("2026-03-10T00:30:00");

describe("a moment as people say it", () => {
  it.each([
    ["2026-03-10T00:29:30", "now"],
    ["2026-03-10T00:30:20", "now"],
    ["2026-03-10T00:28:31", "1 minute ago"],
    ["2026-03-09T23:31:00", "59 minutes ago"],
    ["2026-03-09T23:30:00", "1 hour ago"],
    ["2026-03-09T00:31:00", "23 hours ago"],
    ["2026-03-09T00:10:00", "yesterday"],
    // 25 hours, and yet two days in the calendar.
    ["2026-03-08T23:30:00", "2 days ago"],
    ["2026-03-04T12:00:00", "6 days ago"],
    ["2026-03-03T12:00:00", "Mar 3"],
    ["2025-12-31T12:00:00", "Dec 31, 2025"],
    ["2026-03-10T00:50:00", "in 20 minutes"],
    ["2026-03-11T00:40:00", "tomorrow"],
    ["2026-04-09T00:30:00", "in 30 days"],
  ])("%s is %j", (moment, said) => {
    expect(relativeTime(at(moment), now, "en")).toBe(said);
  });

  it("is said in the page's language, and somehow in one there is not", () => {
    expect(relativeTime(at("2026-03-10T00:20:00"), now, "de")).toBe("vor 10 Minuten");
    expect(relativeTime(at("2026-03-10T00:20:00"), now, "no language")).not.toBe("");
    expect(exactTime(now, "x")).not.toBe("");
  });
});
