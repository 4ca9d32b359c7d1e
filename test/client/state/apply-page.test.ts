import { describe, expect, it } from "vitest";
import { applyContent } from "../../../shared/client/apply-content.ts";
import { applyPage, startOver } from "../../../shared/client/apply-page.ts";
import { addEdit, forget } from "../../../shared/client/edits.ts";
import type { FeedChange } from "../../../shared/client/feed-api.ts";
import { nothingKnown } from "../../../shared/client/local-state.ts";
import type { UserNotification } from "../../../shared/client/notification.ts";
import { knowing, notification } from "./samples.ts";

const live = (about: UserNotification, etag: string): FeedChange => ({ kind: "live", notification: about, etag });
const gone = (id: string): FeedChange => ({ kind: "gone", id });
const page = (...changes: readonly FeedChange[]) => ({ changes, link: "$skiptoken=b" });
const lastPage = (mark: string, ...changes: readonly FeedChange[]) => ({ changes, link: "$deltatoken=b", mark });

describe("a page of the delta", () => {
  const state = knowing([notification("a"), "e.5"]);
  const read = notification("a", { readState: "read" });

  it("brings what changed, what is gone, and where the next one goes on", () => {
    const after = applyPage(state, lastPage("e.7", gone("a"), live(notification("b"), "e.7")), state);
    expect(after).toMatchObject({ mark: "e.7", link: "$deltatoken=b" });
    expect([...after.known]).toEqual([["b", { notification: notification("b"), etag: "e.7" }]]);
  });

  it("counts for nothing when it was asked for from elsewhere: it is late, or comes twice", () => {
    const after = applyPage(state, lastPage("e.6", live(read, "e.6")), state);
    expect(applyPage(after, lastPage("e.6", live(read, "e.6")), state)).toBe(after);
    expect(applyPage(state, lastPage("e.6", gone("a")), nothingKnown)).toBe(state);
  });

  it.each([
    ["e.4", "unread"],
    ["e.5", "read"],
    ["e.6", "read"],
    ["e.10", "read"],
    ["f.1", "read"],
  ])("with a row of %s leaves what is known at e.5 %s", (etag, readState) => {
    expect(applyPage(state, page(live(read, etag)), state).known.get("a")?.notification.readState).toBe(readState);
  });

  it("does not move the mark back behind a push that came while it was on its way", () => {
    const push = { kind: "content", baseETag: "e.5", newETag: "e.6", isToResubscribe: false } as const;
    const pushed = applyContent(state, { ...push, notification: notification("b") });
    const after = applyPage(pushed, lastPage("e.5"), state);
    expect(after).toMatchObject({ mark: "e.6", known: pushed.known });
  });

  it("of a feed that nobody had written to ends nothing that a push has brought since", () => {
    const asked = { ...nothingKnown, mark: ".0", link: "$deltatoken=a" };
    const push = { kind: "content", baseETag: "e.0", newETag: "e.1", isToResubscribe: false } as const;
    const pushed = applyContent(asked, { ...push, notification: notification("a") });
    expect(applyPage(pushed, lastPage(".0"), asked)).toMatchObject({ mark: "e.1", known: pushed.known });
  });

  it("leaves no mark before the pass has ended, so that no late push brings back what it said is gone", () => {
    const between = applyPage(state, page(gone("a")), state);
    const late = { kind: "content", baseETag: "e.5", newETag: "e.6", isToResubscribe: false } as const;
    expect(applyContent(between, { ...late, notification: notification("a") })).toBe(between);
    expect(applyPage(between, lastPage("e.9"), between).mark).toBe("e.9");
  });

  it.each([
    ["is gone", gone("a"), 0],
    ["has other words", live(notification("a", { payload: { rawContent: "new" } }), "e.6"), 0],
    ["has other pictures", live(notification("a", pictured("new")), "e.6"), 0],
    ["lives to another end", live(notification("a", { expirationDateTime: "2026-02-08T12:00:00Z" }), "e.6"), 0],
    ["has another state only", live(notification("a", { ...pictured("old"), readState: "read" }), "e.6"), 1],
  ])("leaves no edit, or one, of what %s", (_, change, left) => {
    const edited = addEdit(knowing([notification("a", pictured("old")), "e.5"]), "a", { userActionState: "snoozed" });
    expect(applyPage(edited, page(change), edited).edits).toHaveLength(left);
  });

  it("of a feed made anew without a 410 ends what was of the old one", () => {
    const after = applyPage(state, lastPage("f.1", live(notification("b"), "f.1")), state);
    expect([...after.known.keys()]).toEqual(["b"]);
  });
});

const pictured = (title: string) => ({ payload: { rawContent: "words", visualContent: { title } } });

describe("what the user deleted here", () => {
  const deleted = forget(knowing([notification("a"), "e.5"]), "a");

  it("is not brought back by a page or a push that is older than the deletion", () => {
    const push = { kind: "content", baseETag: "e.5", newETag: "e.6", isToResubscribe: false } as const;
    expect(applyContent(deleted, { ...push, notification: notification("a") }).known.size).toBe(0);
    expect(applyPage(deleted, lastPage("e.6", live(notification("a"), "e.6")), deleted).known.size).toBe(0);
  });

  it("is remembered until the delta tells of it, or a hundred others were deleted, and no longer", () => {
    expect(deleted.deleted).toEqual(["a"]);
    expect(applyPage(deleted, lastPage("e.7", gone("a")), deleted).deleted).toEqual([]);
    const many = Array.from({ length: 101 }, (_, index) => notification(String(index)));
    const all = many.reduce((state, { id }) => forget(state, id), knowing(...many.map((one) => [one, "e.5"] as const)));
    expect([all.deleted.length, all.deleted[0]]).toEqual([100, "1"]);
  });
});

describe("starting over", () => {
  const state = addEdit(knowing([notification("a"), "e.5"], [notification("b"), "e.6"]), "b", "delete");

  it("leaves everything to be seen, and what the user did, until the pass has ended", () => {
    const begun = startOver(state, state);
    expect(begun).toMatchObject({ mark: undefined, link: undefined, edits: state.edits });
    expect([...begun.known.keys()]).toEqual(["a", "b"]);
    const between = applyPage(begun, page(live(notification("c"), "e.1")), begun);
    expect([...between.known.keys()]).toEqual(["a", "b", "c"]);
    const ended = applyPage(between, lastPage("e.2", live(notification("a"), "e.2")), between);
    expect([...ended.known.keys()]).toEqual(["a", "c"]);
    expect(ended.edits).toEqual([]);
  });

  it("believes the first row again, though an older feed was restored and its versions are lower", () => {
    const restored = notification("a", { payload: { rawContent: "as it was" } });
    const after = applyPage(startOver(state, state), lastPage("e.3", live(restored, "e.3")), startOver(state, state));
    expect(after.known.get("a")).toEqual({ notification: restored, etag: "e.3" });
  });

  it("happens once, however many tabs were answered 410", () => {
    const begun = startOver(state, state);
    expect(startOver(begun, state)).toBe(begun);
    // The answer to the very first request, which was long on the way.
    expect(applyPage(begun, lastPage("e.1"), nothingKnown)).toBe(begun);
    expect(startOver(nothingKnown, nothingKnown)).toBe(nothingKnown);
  });
});
