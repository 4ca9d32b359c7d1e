import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newUndo, type Undoable } from "../../../shared/client/inbox/undo.ts";

const told: string[] = [];
const offer = (sentence: string): Undoable => ({
  sentence,
  takeBack: () => told.push(`${sentence} taken back`),
  settle: () => told.push(`${sentence} settled`),
});

describe("taking back", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    told.length = 0;
  });

  it("is possible for so long, and then it is done for good, once", () => {
    const undo = newUndo(10_000, () => undefined);
    undo.offer(offer("a"));
    vi.advanceTimersByTime(9_999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    undo.settle();
    undo.takeBack();
    expect(told).toEqual(["a settled"]);
    expect(undo.current()).toBeUndefined();
  });

  it("undoes what was offered last; what was offered before is settled by the next", () => {
    const undo = newUndo(10_000, () => undefined);
    undo.offer(offer("a"));
    undo.offer(offer("b"));
    undo.takeBack();
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(["a settled", "b taken back"]);
  });

  it("waits while somebody is at it, and begins its time anew afterwards", () => {
    const undo = newUndo(10_000, () => undefined);
    undo.offer(offer("a"));
    undo.hold(true);
    vi.advanceTimersByTime(60_000);
    undo.hold(false);
    vi.advanceTimersByTime(9_999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(["a settled"]);
  });

  it("forgets what was done by somebody who is gone, and does nothing of it", () => {
    const undo = newUndo(10_000, () => undefined);
    undo.offer(offer("a"));
    undo.drop();
    undo.takeBack();
    vi.advanceTimersByTime(60_000);
    expect([told, undo.current()]).toEqual([[], undefined]);
  });

  it("leaves what can only be read where it is", () => {
    const undo = newUndo(10_000, () => undefined);
    undo.offer({ ...offer("a"), takeBack: undefined });
    undo.takeBack();
    expect(undo.current()?.sentence).toBe("a");
  });
});
