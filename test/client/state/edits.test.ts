import { describe, expect, it } from "vitest";
import { addEdit, editDone, editDropped, forget } from "../../../shared/client/edits.ts";
import { startOver } from "../../../shared/client/apply-page.ts";
import { knowing, notification } from "./samples.ts";

const state = knowing([notification("b"), "e.4"], [notification("a"), "e.5"]);
const read = { readState: "read" } as const;
const snoozed = { userActionState: "snoozed" } as const;

describe("what the user does", () => {
  it("is one edit for each notification, the later one with all that the earlier would have changed", () => {
    const after = addEdit(addEdit(addEdit(state, "a", read), "b", read), "a", snoozed);
    expect(after.edits).toEqual([
      { number: 2, id: "b", change: read },
      { number: 3, id: "a", change: { ...read, ...snoozed } },
    ]);
  });

  it("ends with a deletion", () => {
    const after = addEdit(addEdit(state, "a", read), "a", "delete");
    expect(after.edits).toEqual([{ number: 2, id: "a", change: "delete" }]);
    expect(addEdit(after, "a", read)).toBe(after);
  });

  it("is nothing to send when it is so already, or of a notification that nobody knows", () => {
    expect(addEdit(state, "a", { readState: "unread" })).toBe(state);
    expect(addEdit(state, "c", read)).toBe(state);
    expect(addEdit(state, "c", "delete")).toBe(state);
  });

  it("is sent though it is so already when an edit before it, perhaps on its way, would have it otherwise", () => {
    const after = addEdit(addEdit(state, "a", read), "a", { readState: "unread" });
    expect(after.edits).toEqual([{ number: 2, id: "a", change: { readState: "unread" } }]);
  });
});

describe("the answer to an edit", () => {
  const answer = (etag: string) => ({ notification: notification("a", read), etag });

  it("is known from then on, and moves neither mark nor link", () => {
    const after = editDone(addEdit(state, "a", read), 1, answer("e.9"));
    expect(after).toMatchObject({ mark: "e.5", link: state.link, edits: [] });
    expect(after.known.get("a")).toEqual(answer("e.9"));
  });

  it("does not settle the edit made since, with another on its way besides", () => {
    const made = addEdit(addEdit(addEdit(state, "a", read), "b", read), "a", snoozed);
    const after = editDone(made, 1, answer("e.9"));
    expect(after.edits).toEqual(made.edits);
    expect(editDone(after, 2, { notification: notification("b", read), etag: "e.10" }).edits).toHaveLength(1);
  });

  it("that comes twice does not settle an edit made when the first was done with", () => {
    const done = editDone(addEdit(state, "a", read), 1, answer("e.9"));
    const next = addEdit(done, "a", snoozed);
    expect(editDone(next, 1, answer("e.9")).edits).toEqual(next.edits);
  });

  it.each(["e.4", "f.9"])("of %s is not laid over what is known at e.5", (etag) => {
    const edited = addEdit(state, "a", read);
    expect(editDone(edited, 1, answer(etag))).toMatchObject({ edits: [], known: state.known });
  });

  it("brings nothing back that was told to be gone, and is believed while the feed is read anew", () => {
    const edited = addEdit(state, "a", read);
    expect(editDone(forget(edited, "a"), 1, answer("e.9")).known.has("a")).toBe(false);
    expect(editDone(startOver(edited, edited), 1, answer("e.9")).known.get("a")).toEqual(answer("e.9"));
  });

  it("may be a refusal: then it is as it was; or that there is no such notification: then it goes, with its edits", () => {
    const edited = addEdit(state, "a", read);
    expect(editDropped(edited, 1)).toMatchObject({ edits: [], known: state.known });
    expect(editDropped(edited, 7)).toBe(edited);
    expect(forget(edited, "a").edits).toEqual([]);
    expect(forget(edited, "c")).toBe(edited);
  });
});
