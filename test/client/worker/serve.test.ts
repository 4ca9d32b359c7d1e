import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Registration } from "../../../shared/client/local-store.ts";
import { englishToastWords } from "../../../shared/client/toasts/words.ts";
import { serveWith, type ServeOptions } from "../../../shared/client/worker/serve-notifications.worker.ts";
import { aNotification, now, pushOf, tapPush } from "./a-notification.ts";
import { fakeClient, offline } from "./fake-client.ts";
import { chromium, fakeScope, firefox, safari, type Manners } from "./fake-scope.ts";

const registration: Registration = {
  baseUrl: "https://notify.example",
  targetHostName: "app.example",
  account: "ann",
  deviceId: "d",
  subscriptionId: "s",
  displayName: "Mail",
};

/** A worker that serves notifications, in a browser of these manners. */
const serving = (options: ServeOptions = {}, manners: Manners = chromium) => {
  const world = fakeScope(manners);
  const { state, client } = fakeClient();
  const signedIn: { current: Registration | undefined } = { current: registration };
  const asked: string[] = [];
  let getToken: (() => Promise<string | undefined>) | undefined;
  serveWith(
    {
      scope: world.scope,
      registrations: { read: () => Promise.resolve(signedIn.current) },
      clientOf: ({ account }, tokens) => {
        asked.push(account);
        getToken = () => tokens({ isRefused: false });
        return client;
      },
      now: () => Date.now(),
    },
    options,
  );
  const push = (text: string | undefined): Promise<void> =>
    world.wake("push", { data: text === undefined ? null : { text: () => text } });
  const click = (index: number, action = ""): Promise<void> =>
    world.wake("notificationclick", { notification: world.toasts()[index] as unknown as Notification, action });
  return { ...world, state, signedIn, asked, push, click, token: () => getToken?.() };
};

beforeEach(() => void vi.useFakeTimers({ now, toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

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
    const { state, push, bodies, browser } = serving();
    browser.isAllowed = false;
    state.view = [aNotification("n1")];
    await push(pushOf(aNotification("n1")));
    expect(bodies()).toEqual([]);
  });
});

/** With one toast on the screen. */
const withToast = async (options: ServeOptions = {}, manners: Manners = chromium, change = {}) => {
  const world = serving(options, manners);
  world.state.view = [aNotification("n1", change)];
  await world.push(pushOf(aNotification("n1", change)));
  vi.setSystemTime(Date.now() + 3_000);
  return world;
};

const activated = [{ id: "n1", change: { userActionState: "activated", readState: "read" } }];
const dismissed = [{ id: "n1", change: { userActionState: "dismissed" } }];

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

describe("on a closing", () => {
  const closing = async (world: Awaited<ReturnType<typeof withToast>>): Promise<void> => {
    const [toast] = world.toasts();
    if (toast) await world.wake("notificationclose", { notification: world.closeByHand(toast) });
  };

  test("a person's is a dismissal", async () => {
    const world = await withToast();
    await closing(world);
    expect(world.state.updates).toEqual(dismissed);
  });

  test("Firefox's proves nothing, unless the app says so", async () => {
    const world = await withToast({}, firefox);
    await closing(world);
    expect(world.state.updates).toEqual([]);
    const told = await withToast({ closedMeansDismissed: true }, firefox);
    await closing(told);
    expect(told.state.updates).toEqual(dismissed);
  });

  test("a person's is one also in the moment the toast has come up; of a replace nothing is believed for two seconds", async () => {
    const { state, wake, push, toasts, closeByHand } = serving({ closedMeansDismissed: true }, firefox);
    const closed = (): Promise<void> => wake("notificationclose", { notification: closeByHand(toasts()[0]!) });
    state.view = [aNotification("n1"), aNotification("n2")];
    await push(pushOf(aNotification("n1")));
    await closed();
    expect(state.updates).toEqual(dismissed);
    await push(pushOf(aNotification("n2")));
    await push(pushOf(aNotification("n2")));
    await closed();
    expect(state.updates).toEqual(dismissed);
  });

  test("our own is none, though the browser tells of it", async () => {
    const { state, push, toasts, wake } = await withToast({ closedMeansDismissed: true }, firefox);
    state.view = [aNotification("n1", { readState: "read" }), aNotification("n2")];
    await push(pushOf(aNotification("n2")));
    expect(toasts()).toMatchObject([{ tag: "n2" }]);
    state.view = [];
    await wake("sync", { tag: "fanfare-edits" });
    expect(toasts()).toEqual([]);
    expect(state.updates).toEqual([]);
  });
});

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

describe("a worker without tokens", () => {
  const page = (answer: (message: unknown, port: MessagePort) => void) => ({
    url: "https://app.example/mail/",
    focused: 0,
    heard: [],
    answer,
  });

  test("asks the open pages, and takes the first that has one", async () => {
    const { push, windows, token } = serving();
    await push(tapPush);
    windows.push(
      page(() => undefined),
      page((_, port) => port.postMessage({ token: undefined })),
      page((message, port) => {
        expect(message).toEqual({ fanfare: { kind: "token", account: "ann", isRefused: false } });
        port.postMessage({ token: "t1" });
        onTestFinished(() => port.close());
      }),
    );
    await expect(token()).resolves.toBe("t1");
  });

  test("has none three seconds later, or at once when no page is open", async () => {
    const { push, windows, token } = serving();
    await push(tapPush);
    await expect(token()).resolves.toBeUndefined();
    windows.push(page(() => undefined));
    const waiting = token();
    await vi.advanceTimersByTimeAsync(3_000);
    await expect(waiting).resolves.toBeUndefined();
  });
});
