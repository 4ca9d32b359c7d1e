import { describe, expect, test, vi } from "vitest";
import { englishToastWords } from "../../../shared/client/toasts/words.ts";
import { aNotification, now, pushOf, tapPush } from "./a-notification.ts";
import { offline } from "./fake-client.ts";
import { chromium, firefox, safari } from "./fake-screen.ts";
import { holdTime, registration, serving } from "./serving.ts";

holdTime();

describe("on a push", () => {
  test("what it is about is shown, by its id, under the app's name", async () => {
    const { state, push, toasts } = serving();
    state.view = [aNotification("n1")];
    await push(pushOf(aNotification("n1")));
    expect(toasts()).toMatchObject([{ title: "Mail", tag: "n1", options: { body: "text of n1" } }]);
  });

  test.each([chromium, firefox, safari])("a replace shows once, the new content (%j)", async (manners) => {
    const { state, push, bodies, shown } = serving({ closedMeansDismissed: true }, manners);
    for (const rawContent of ["first", "second", "second"]) {
      const one = aNotification("n1", { payload: { rawContent } });
      state.view = [one];
      await push(pushOf(one));
      vi.setSystemTime(Date.now() + 1);
    }
    expect(bodies()).toEqual(["second"]);
    expect(shown).toEqual(["first", "second", "second"]);
    expect(state.updates).toEqual([]);
  });

  test("what was seen elsewhere meanwhile is taken off the screen", async () => {
    const { state, push, bodies } = serving();
    state.view = [aNotification("n1")];
    await push(pushOf(aNotification("n1")));
    state.view = [aNotification("n2"), aNotification("n1", { userActionState: "dismissed" })];
    await push(pushOf(aNotification("n2")));
    expect(bodies()).toEqual(["text of n2"]);
  });

  test("several at once show in the order they came, one toast each", async () => {
    const { state, wake, bodies } = serving();
    const all = ["n1", "n2", "n3"].map((id) => aNotification(id));
    state.view = all;
    state.before = (text) =>
      text.includes("n1") ? new Promise((resolve) => setTimeout(resolve, 1_000)) : Promise.resolve();
    const pushes = Promise.all(all.map((one) => wake("push", { data: { text: () => pushOf(one) } })));
    await vi.advanceTimersByTimeAsync(1_000);
    await pushes;
    expect(bodies()).toEqual(["text of n1", "text of n2", "text of n3"]);
  });

  test("fifty at once are all seen within some 20 seconds, though the service hangs", async () => {
    const { state, wake, bodies } = serving();
    const all = Array.from({ length: 50 }, (_, index) => aNotification(`n${index}`));
    state.hangs = true;
    for (const one of all) void wake("push", { data: { text: () => pushOf(one) } });
    await vi.advanceTimersByTimeAsync(20_500);
    expect(bodies()).toEqual(all.map(({ id }) => `text of ${id}`));
  });

  test("what the app does about a push of its own, and never ends, holds up none of ours", async () => {
    const { state, wake, bodies } = serving({ otherPush: () => new Promise(() => undefined) });
    state.view = [aNotification("n1")];
    void wake("push", { data: { text: () => "the app's own" } });
    void wake("push", { data: { text: () => pushOf(aNotification("n1")) } });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(bodies()).toEqual(["text of n1"]);
  });

  test("there is something to see though there is nothing to show; it makes no sound and goes by itself", async () => {
    const { state, push, toasts } = serving();
    state.view = [aNotification("n1", { readState: "read" })];
    await push(pushOf(aNotification("n1")));
    expect(toasts()).toMatchObject([{ options: { body: englishToastWords.nothingNew, silent: true } }]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(toasts()).toEqual([]);
  });

  test("what is there anyway is shown again in its place, if there is nothing else", async () => {
    const { state, push, toasts, shown } = serving({}, safari);
    state.view = [aNotification("n1"), aNotification("n2", { readState: "read" })];
    await push(pushOf(aNotification("n1")));
    vi.setSystemTime(now + 1_000);
    await push(pushOf(aNotification("n2")));
    expect(shown).toEqual(["text of n1", "text of n1"]);
    expect(toasts()).toMatchObject([{ tag: "n1", options: { silent: true } }]);
  });

  test("content is shown though the service is away", async () => {
    const { state, push, bodies } = serving();
    state.answer = offline;
    state.fresh = [aNotification("n1")];
    await push(pushOf(aNotification("n1")));
    expect(bodies()).toEqual(["text of n1"]);
    state.fresh = undefined;
    await push(tapPush);
    expect(bodies()).toEqual(["text of n1", englishToastWords.somethingNew]);
    state.answer = { kind: "ok", value: undefined };
    state.view = [aNotification("n1")];
    await push(tapPush);
    expect(bodies()).toEqual(["text of n1"]);
  });

  test("content is shown well within what browsers allow, however long the service hangs", async () => {
    const { state, push, bodies } = serving();
    state.hangs = true;
    const all = [1, 2, 3, 4, 5].map((number) => push(pushOf(aNotification(`n${number}`))));
    await vi.advanceTimersByTimeAsync(21_000);
    expect(bodies()).toHaveLength(5);
    await Promise.all(all);
  });

  test("no less so what words are to be looked up for", async () => {
    const { state, push, bodies } = serving();
    state.hangs = true;
    const raw = { payload: { rawContent: "{}" } };
    const all = [1, 2, 3].map((number) => push(pushOf(aNotification(`n${number}`, raw))));
    await vi.advanceTimersByTimeAsync(21_000);
    expect(bodies()).toHaveLength(3);
    await Promise.all(all);
  });

  test("what only programs can read is looked up for words", async () => {
    const { state, push, bodies } = serving();
    const raw = aNotification("n1", { payload: { rawContent: "{}" } });
    state.view = [raw];
    state.fresh = [raw];
    const words = { title: "Hi", body: "words" };
    state.onSync = () => (state.view = [{ ...raw, payload: { rawContent: "{}", visualContent: words } }]);
    await push(pushOf(raw));
    expect(bodies()).toEqual(["words"]);
  });

  test("an app that wants no toast for it still has something to see", async () => {
    const { state, push, bodies } = serving({ toastOf: () => undefined });
    state.view = [aNotification("n1")];
    await push(pushOf(aNotification("n1")));
    expect(bodies()).toEqual([englishToastWords.nothingNew]);
  });

  test.each(["hello", undefined, ""])("one that is none of ours (%j) is the app's, or seen quietly", async (text) => {
    const quiet = serving();
    await quiet.push(text);
    expect(quiet.bodies()).toEqual([englishToastWords.nothingNew]);
    const told: unknown[] = [];
    const own = serving({ otherPush: (other) => told.push(other) });
    await own.push(text);
    expect(own.bodies()).toEqual([]);
    expect(told).toEqual([text]);
  });

  test("after the sign-out nothing of it is shown, and the browser's subscription ends", async () => {
    const { signedIn, state, push, bodies, browser } = serving();
    state.view = [aNotification("n1")];
    await push(pushOf(aNotification("n1")));
    signedIn.current = undefined;
    await push(pushOf(aNotification("secret")));
    expect(bodies()).toEqual([englishToastWords.nothingNew]);
    expect(browser.isSubscribed).toBe(false);
  });

  test("another user's toasts are taken down once somebody else is signed in", async () => {
    const { signedIn, state, push, bodies, asked } = serving();
    state.view = [aNotification("n1")];
    await push(pushOf(aNotification("n1")));
    signedIn.current = { ...registration, account: "bob" };
    state.view = [aNotification("n2"), aNotification("n1")];
    await push(pushOf(aNotification("n2")));
    expect(bodies()).toEqual(["text of n2"]);
    expect(asked).toEqual(["ann", "bob"]);
    expect(state.closed).toBe(1);
  });

  test("a browser that does not understand the app's options shows the toast plainly", async () => {
    const { state, push, bodies } = serving({
      toastOf: () => ({ title: "Own", body: "own", silent: true, vibrate: [1] }) as never,
    });
    state.view = [aNotification("n1")];
    await push(pushOf(aNotification("n1")));
    expect(bodies()).toEqual(["own"]);
  });

  test("without the permission nothing is shown, and nothing breaks", async () => {
    const { state, push, bodies, screen } = serving();
    screen.isAllowed = false;
    state.view = [aNotification("n1")];
    await push(pushOf(aNotification("n1")));
    expect(bodies()).toEqual([]);
  });
});
