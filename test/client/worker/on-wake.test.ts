import { describe, expect, test } from "vitest";
import { aNotification, pushOf } from "./a-notification.ts";
import { offline } from "./fake-client.ts";
import { holdTime, registration, serving, withToast } from "./serving.ts";

holdTime();

describe("woken for something else", () => {
  test("it reads the feed and puts the screen right", async () => {
    for (const name of ["sync", "periodicsync"] as const) {
      const { wake, state, toasts } = await withToast();
      state.view = [];
      await wake(name, { tag: "the app's own" });
      expect(toasts()).toHaveLength(1);
      await wake(name, { tag: "fanfare-toasts" });
      expect(toasts()).toEqual([]);
    }
  });

  test("a sync that failed is failed, so that the browser tries again", async () => {
    const { wake, state } = await withToast();
    state.answer = offline;
    await expect(wake("sync", { tag: "fanfare-edits" })).rejects.toThrow("no network");
    state.answer = { kind: "unauthorized", reason: "nobody to ask" };
    await wake("sync", { tag: "fanfare-edits" });
  });

  test("a page's word is enough to look", async () => {
    const { wake, state, toasts } = await withToast();
    await wake("message", { data: { fanfare: { kind: "look" } } });
    await wake("message", { data: "the app's own" });
    expect(toasts()).toHaveLength(1);
    state.view = [];
    await wake("message", { data: { fanfare: { kind: "look" } } });
    expect(toasts()).toEqual([]);
    expect(state.synced).toBe(0);
  });

  test("what came unchecked stays until a page has read the feed", async () => {
    const { wake, state, push, toasts } = serving();
    state.answer = offline;
    state.fresh = [aNotification("n1")];
    await push(pushOf(aNotification("n1")));
    await wake("message", { data: { fanfare: { kind: "look", isCurrent: false } } });
    expect(toasts()).toHaveLength(1);
    await wake("message", { data: { fanfare: { kind: "look", isCurrent: true } } });
    expect(toasts()).toEqual([]);
  });

  test("after the sign-out all toasts go", async () => {
    const { wake, signedIn, toasts } = await withToast();
    signedIn.current = undefined;
    await wake("message", { data: { fanfare: { kind: "look", isCurrent: false } } });
    expect(toasts()).toEqual([]);
  });

  test("a subscription that the browser has ended is made anew, one that the app has ended is not", async () => {
    const { wake, state, signedIn } = serving();
    await wake("pushsubscriptionchange", {});
    expect(state.subscribed).toEqual(["Mail"]);
    const { subscriptionId: _, ...ended } = registration;
    signedIn.current = ended;
    await wake("pushsubscriptionchange", {});
    expect(state.subscribed).toEqual(["Mail"]);
  });
});
