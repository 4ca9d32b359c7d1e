import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neighbourOf } from "../../../shared/client/inbox/neighbour.ts";

describe("where the keyboard goes on", () => {
  it("is the next item, at the end the one before, and nowhere when nothing is left", () => {
    expect(neighbourOf("b", ["a", "b", "c"], ["a", "c"])).toBe("c");
    expect(neighbourOf("c", ["a", "b", "c"], ["a", "b"])).toBe("b");
    expect(neighbourOf("a", ["a"], [])).toBeUndefined();
  });

  it("passes over what went with it, and minds nothing that came meanwhile", () => {
    expect(neighbourOf("b", ["a", "b", "c", "d"], ["new", "a", "d"])).toBe("d");
  });

  it("is always an item that is there, and there is one if any of the old ones is", () => {
    const ids = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { minLength: 1 });
    fc.assert(
      fc.property(ids, fc.nat(), ids, (before, place, after) => {
        const next = neighbourOf(before[place % before.length] ?? "", before, after);
        if (next === undefined) expect(before.some((id) => after.includes(id))).toBe(false);
        else expect(after).toContain(next);
      }),
    );
  });
});
