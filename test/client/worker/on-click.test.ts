import { describe, expect, test } from "vitest";
import { aNotification, pushOf } from "./a-notification.ts";
import { offline } from "./fake-client.ts";
import { chromium, firefox } from "./fake-screen.ts";
import { activated, dismissed, holdTime, registration, serving, withToast } from "./serving.ts";

holdTime();

describe("on a click", () => {
  test.each([chromium, firefox])("the app opens, and the notification is activated and read (%j)", async (manners) => {
    const { click, opened, state, toasts } = await withToast({ closedMeansDismissed: true }, manners);
    await click(0);
    expect(opened).toEqual(["https://app.example/mail/"]);
    expect(state.updates).toEqual(activated);
    expect(state.synced).toBe(1);
    expect(toasts()).toEqual([]);
  });

  test("an open window of the app is used, and told what was opened", async () => {
    const { click, opened, windows } = await withToast();
    const page = { url: "https://app.example/mail/inbox", focused: 0, heard: [], answer: () => undefined };
    windows.push({ ...page, url: "https://app.example/other" }, page);
    await click(0, "open");
    expect(opened).toEqual([]);
    expect(page).toMatchObject({ focused: 1, heard: [{ fanfare: { kind: "opened", id: "n1" } }] });
  });

  test.each([
    ["https://elsewhere.example/a", "https://elsewhere.example/a"],
    ["letters/7", "https://app.example/mail/letters/7"],
    ["javascript:alert(1)", "https://app.example/mail/"],
    ["https://", "https://app.example/mail/"],
  ])("an action URL %s opens %s", async (actionUrl, url) => {
    const payload = { visualContent: { title: "t", actionUrl } };
    const { click, opened } = await withToast({}, chromium, { payload });
    await click(0);
    expect(opened).toEqual([url]);
  });

  test("the app's choice goes before", async () => {
    const { click, opened } = await withToast({ openUrl: ({ id }) => `/mail/${id}` });
    await click(0);
    expect(opened).toEqual(["https://app.example/mail/n1"]);
  });

  test("`dismiss` dismisses and opens nothing; what was seen to elsewhere goes with it", async () => {
    const { click, opened, state, push, toasts } = await withToast({}, firefox);
    state.view = [...state.view, aNotification("n2")];
    await push(pushOf(aNotification("n2")));
    state.onSync = () => (state.view = state.view.filter(({ id }) => id !== "n2"));
    await click(0, "dismiss");
    expect(toasts()).toEqual([]);
    expect(state.updates).toEqual(dismissed);
    expect(opened).toEqual([]);
  });

  test("a window that the browser will not open keeps nothing from being written", async () => {
    const { click, browser, state } = await withToast();
    browser.mayOpen = false;
    await click(0);
    expect(state.updates).toEqual(activated);
  });

  test("what could not be sent is left to a Background Sync", async () => {
    const { click, state, synced, toasts } = await withToast();
    state.answer = offline;
    await click(0);
    expect(toasts()).toEqual([]);
    expect(synced).toEqual(["fanfare-edits"]);
  });

  test("another user's toast is not written under this one's name", async () => {
    const { click, signedIn, state, opened } = await withToast();
    signedIn.current = { ...registration, account: "bob" };
    await click(0);
    expect(state.updates).toEqual([]);
    expect(opened).toHaveLength(1);
  });

  test("a toast of the app's own is left alone", async () => {
    const { scope, click, toasts, opened } = serving();
    await scope.registration.showNotification("own", { tag: "own" });
    await click(0);
    expect(toasts()).toHaveLength(1);
    expect(opened).toEqual([]);
  });
});
