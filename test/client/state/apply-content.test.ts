import { describe, expect, it } from "vitest";
import { applyContent, hasReached } from "../../../shared/client/apply-content.ts";
import { addEdit } from "../../../shared/client/edits.ts";
import { nothingKnown } from "../../../shared/client/local-state.ts";
import type { UserNotification } from "../../../shared/client/notification.ts";
import { knowing, notification } from "./samples.ts";

const content = (baseETag: string, newETag: string, about: UserNotification) =>
  ({ kind: "content", baseETag, newETag, notification: about, isToResubscribe: false }) as const;

describe("a push with content", () => {
  const state = knowing([notification("a"), "e.5"]);

  it("takes the feed on from the very state that is known, and leaves the link where it was", () => {
    const after = applyContent(state, content("e.5", "e.6", notification("b")));
    expect(after).toMatchObject({ mark: "e.6", link: state.link });
    expect(after.known.get("b")).toEqual({ notification: notification("b"), etag: "e.6" });
  });

  it.each([
    ["after something that was missed", state, "e.6", "e.7"],
    ["that was applied before", state, "e.4", "e.5"],
    ["of another life of the feed", state, "f.5", "f.6"],
    ["before anything was read", nothingKnown, "e.0", "e.1"],
  ])("changes nothing when it comes %s", (_, from, baseETag, newETag) => {
    expect(applyContent(from, content(baseETag, newETag, notification("b")))).toBe(from);
  });

  it("is the first of a feed that was read when nobody had written to it, and had no epoch", () => {
    expect(applyContent(knowing(), content("e.0", "e.1", notification("a"))).mark).toBe("e.1");
  });

  it("leaves what is known newer, and has been heard all the same", () => {
    const read = notification("a", { readState: "read" });
    const ahead = { ...knowing([read, "e.8"]), mark: "e.5" };
    const after = applyContent(ahead, content("e.5", "e.6", notification("a")));
    expect(after).toMatchObject({ mark: "e.6", known: ahead.known });
  });

  it("drops what the user did to the content it replaces", () => {
    const edited = addEdit(state, "a", { readState: "read" });
    const replaced = notification("a", { payload: { rawContent: "new words" } });
    expect(applyContent(edited, content("e.5", "e.6", replaced)).edits).toEqual([]);
  });

  it("keeps the edit, and the visual content it does not tell of, when the same words are posted again", () => {
    const payload = { rawContent: "words", visualContent: { title: "Title" } };
    const edited = addEdit(knowing([notification("a", { payload }), "e.5"]), "a", "delete");
    const again = notification("a", { payload: { rawContent: "words" } });
    const after = applyContent(edited, content("e.5", "e.6", again));
    expect(after.edits).toEqual(edited.edits);
    expect(after.known.get("a")?.notification.payload).toEqual(payload);
  });
});

describe("what a push speaks of", () => {
  it.each([
    ["e.5", true],
    ["e.4", true],
    ["e.10", false],
    ["f.1", false],
  ])("%s is known at e.5: %s", (newETag, expected) => {
    expect(hasReached(knowing([notification("a"), "e.5"]), newETag)).toBe(expected);
    expect(hasReached(nothingKnown, newETag)).toBe(false);
  });
});
