import { describe, expect, it } from "vitest";
import { addEdit } from "../../../shared/client/edits.ts";
import { viewOf, withoutExpired } from "../../../shared/client/view.ts";
import { knowing, notification } from "./samples.ts";

const now = Date.parse("2026-02-01T12:00:00Z");
const created = (id: string, creationDateTime: string) => notification(id, { creationDateTime });
const ending = (id: string, ms: number) => notification(id, { expirationDateTime: new Date(ms).toISOString() });

describe("what the user sees", () => {
  it("is newest first, however the service prints a time, and of the same moment in one order", () => {
    const [b, a, later] = [
      created("b", "2026-01-31T12:00:36Z"),
      created("a", "2026-01-31T12:00:36Z"),
      created("0", "2026-01-31T12:00:36.25Z"),
    ];
    expect(viewOf(knowing([a, "e.1"], [later, "e.2"], [b, "e.3"]), now)).toEqual([later, b, a]);
  });

  it("has the user's edits laid over it, and not what was deleted", () => {
    const state = knowing([notification("a"), "e.1"], [notification("b"), "e.2"], [notification("c"), "e.3"]);
    const edited = addEdit(addEdit(state, "a", { userActionState: "dismissed" }), "b", "delete");
    expect(viewOf(edited, now)).toEqual([notification("c"), notification("a", { userActionState: "dismissed" })]);
  });

  it("ends at the very moment a notification does", () => {
    const state = knowing([ending("a", now), "e.1"], [ending("b", now + 1), "e.2"]);
    expect(viewOf(state, now).map(({ id }) => id)).toEqual(["b"]);
  });
});

describe("what has expired", () => {
  it("is forgotten a day later, for the browser's clock may be ahead", () => {
    const state = knowing([ending("a", now), "e.1"], [ending("b", now + 1), "e.2"]);
    expect(withoutExpired(state, now + 86_399_999)).toBe(state);
    expect([...withoutExpired(state, now + 86_400_000).known.keys()]).toEqual(["b"]);
  });

  it("goes with what the user did to it", () => {
    const state = addEdit(knowing([ending("a", now), "e.1"]), "a", "delete");
    expect(withoutExpired(state, now + 86_400_000).edits).toEqual([]);
  });
});
