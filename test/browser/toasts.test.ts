import type { Browser, Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { openApp, showsToasts, subscribe, toastsOf } from "./support/app-page.ts";
import { appStory } from "./support/app-story.ts";
import { deliverPush, wakePeriodically } from "./support/chromium-worker.ts";
import { launchChromium } from "./support/chromium.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { actOnAlert } from "./support/firefox-alerts.ts";
import { launchFirefox } from "./support/firefox.ts";

const story = appStory();
const { blank, post, stateOf } = story;

const open = async (launching: Promise<Browser>): Promise<Page> => openApp(await story.opened(launching), story.site());
/** The user uses the app whose worker serves so. */
const serving = (options: string): void => story.site().use(story.stack(), story.user(), options);
/** The user does so on another device. */
const change = (id: string, changes: Readonly<Record<string, string>>): Promise<unknown> =>
  story.asked(`/${id}`, { method: "PATCH", body: JSON.stringify(changes) });
const becomes = (id: string, state: string): Promise<unknown> => {
  const isSo = async (): Promise<boolean> => {
    const now = await stateOf(id);
    if (now === state) return true;
    throw new Error(`it is: ${now}`);
  };
  return until(isSo, { within: 10_000, what: `the service has it as ${state}` });
};
/** What a person does to a toast, once it is there. */
const onAlert = async (browser: Browser, body: string, act: "click" | "close"): Promise<void> => {
  await until(() => actOnAlert(browser, body, act).then(() => true), { what: `a toast says ${body}` });
};

describeBrowser("firefox", "toasts", () => {
  const firefox = (prefs: Record<string, unknown> = {}): Promise<Browser> =>
    launchFirefox({ pushUrl: story.stack().stack.webpush.browserUrl, prefs });

  test("a click on a toast opens the app, and the notification is activated and read on every device", async () => {
    const phone = await story.stack().device(story.user(), undefined, "iOS");
    const page = await open(firefox({ "dom.webnotifications.disable_open_click_delay": 5_000 }));
    const browser = page.browser();
    await subscribe(page);
    await page.close();
    const id = await post("Dinner?");
    await onAlert(browser, "Dinner?", "click");
    await becomes(id, "read, activated");
    await story.stack().shows(phone, []);
    const opened = async (): Promise<Page | undefined> =>
      (await browser.pages()).find((one) => one.url() === `${story.site().origin}/`);
    const app = await until(opened, { what: "the app is open" });

    // Now that it is open it is not opened again, but told what is meant.
    await app.evaluate(() => {
      navigator.serviceWorker.addEventListener("message", ({ data }) => (document.title = JSON.stringify(data)));
    });
    const next = await post("Tea?");
    await onAlert(browser, "Tea?", "click");
    await becomes(next, "read, activated");
    expect(await app.title()).toBe(JSON.stringify({ fanfare: { kind: "opened", id: next } }));
    expect((await browser.pages()).filter((one) => one.url().startsWith(story.site().origin))).toHaveLength(1);
  });

  test("a toast that is closed proves nothing in Firefox, which closes its alerts by itself: nothing is written", async () => {
    const page = await open(firefox());
    await subscribe(page);
    const closed = await post("Closed by hand");
    await showsToasts(page, ["Closed by hand"]);
    await onAlert(page.browser(), "Closed by hand", "close");
    await showsToasts(page, []);
    const read = await post("Read on the phone");
    await showsToasts(page, ["Read on the phone"]);
    await change(read, { readState: "read" });
    await post("Next");
    await showsToasts(page, ["Next"]);
    await page.evaluate(() => client.sync());
    expect([await stateOf(closed), await stateOf(read)]).toEqual(["unread, noInteraction", "read, noInteraction"]);
  });

  test("where the app says that closing is dismissing, a person's closing is, and our own is not", async () => {
    serving("{ closedMeansDismissed: true }");
    const page = await open(firefox());
    await subscribe(page);
    const closed = await post("Closed by hand");
    await showsToasts(page, ["Closed by hand"]);
    const read = await post("Read on the phone");
    await showsToasts(page, ["Closed by hand", "Read on the phone"]);
    await onAlert(page.browser(), "Closed by hand", "close");
    await becomes(closed, "unread, dismissed"); // with the page's token: the worker has none
    await change(read, { readState: "read" });
    await post("Next");
    await showsToasts(page, ["Next"]);
    await page.evaluate(() => client.sync());
    expect(await stateOf(read)).toBe("read, noInteraction");
  });

  test("pushes with nothing to show for them cost the browser's patience nothing, and leave nothing behind", async () => {
    serving("{ getToken: async () => (await fetch('/token')).text(), toastOf: () => undefined }");
    // One push without a visible toast three seconds later would end the subscription.
    const page = await open(firefox({ "dom.push.maxQuotaPerSubscription": 1 }));
    await subscribe(page);
    const watching = await blank(page.browser());
    await page.close();
    await post("Not to be shown");
    await showsToasts(watching, ["You have seen everything."]);
    await showsToasts(watching, []);
    const isSubscribed = await watching.evaluate(async () => {
      const { pushManager } = await navigator.serviceWorker.ready;
      return (await pushManager.getSubscription()) !== null;
    });
    expect(isSubscribed).toBe(true);
  });
});

describeBrowser("chromium", "toasts", () => {
  /** Chromium cannot subscribe offline: a virtual browser is subscribed in its name, and what that is pushed is handed to Chromium. */
  const chromium = async (): Promise<{ page: Page; push: () => Promise<void> }> => {
    const page = await open(launchChromium(story.site().origin));
    const { deviceId, channel } = await story.stack().push.createDevice();
    await page.evaluate(async (json) => {
      const subscription = { toJSON: () => json, options: { applicationServerKey: null, userVisibleOnly: true } };
      const answer = await client.subscribeWith(subscription, { displayName: "Dinner" });
      if (answer.kind !== "ok") throw new Error(JSON.stringify(answer));
    }, channel);
    let since = 0;
    return {
      page,
      push: async () => {
        const { seq, content } = await story.stack().push.waitFor((one) => one.deviceId === deviceId, { since });
        since = seq;
        await deliverPush(page, content ?? "");
      },
    };
  };

  test("a push is shown under the app's name with its buttons, and replaced by what replaces it", async () => {
    const { page, push } = await chromium();
    const id = await post("Dinner is ready", { appNotificationId: "dinner" });
    await push();
    await showsToasts(page, ["Dinner is ready"]);
    await post("Dinner is cold", { appNotificationId: "dinner" });
    await push();
    await showsToasts(page, ["Dinner is cold"]);
    const told = await page.evaluate(async () => {
      const [toast] = await (await navigator.serviceWorker.ready).getNotifications();
      return JSON.stringify(
        toast && { title: toast.title, tag: toast.tag, ...Object(toast), actions: Reflect.get(toast, "actions") },
      );
    });
    expect(JSON.parse(told)).toMatchObject({
      title: "Dinner",
      tag: id,
      actions: [{ action: "open" }, { action: "dismiss" }],
    });
  });

  test("what was dismissed on another device goes while a tab is open, and else with the next push; nothing is written by that", async () => {
    const { page, push } = await chromium();
    await page.evaluate(() => void client.live());
    const first = await post("Dinner?");
    await push();
    await showsToasts(page, ["Dinner?"]);
    await change(first, { userActionState: "dismissed" });
    await showsToasts(page, []);
    const watching = await blank(page.browser());
    await page.close();
    const second = await post("Tea?");
    const device = await story.stack().push.waitFor(({ content }) => content?.includes("Tea?") ?? false);
    await deliverPush(watching, device.content ?? "");
    await showsToasts(watching, ["Tea?"]);
    await change(second, { readState: "read" });
    await post("Cake?");
    const next = await story.stack().push.waitFor(({ content }) => content?.includes("Cake?") ?? false);
    await deliverPush(watching, next.content ?? "");
    await showsToasts(watching, ["Cake?"]);
    expect(await stateOf(second)).toBe("read, noInteraction");
  });

  test("what was dismissed on another device while no tab is open goes when the browser wakes the worker for nothing else", async () => {
    const { page, push } = await chromium();
    const id = await post("Dinner?");
    await push();
    await showsToasts(page, ["Dinner?"]);
    const watching = await blank(page.browser());
    await page.close();
    await change(id, { userActionState: "dismissed" });
    expect(await toastsOf(watching)).toHaveLength(1);
    await wakePeriodically(watching, "fanfare-toasts");
    await showsToasts(watching, []);
  });

  test("a push that is nobody's is seen, and goes by itself", async () => {
    const { page } = await chromium();
    expect(await deliverPush(page, "hello")).toEqual(["You have seen everything."]);
    await showsToasts(page, []);
  });

  test("a page that looks all the time costs no toast its place on the list: all are taken down when they are read", async () => {
    const { page, push } = await chromium();
    await page.evaluate(() => {
      const look = (): void => registration.active?.postMessage({ fanfare: { kind: "look", isCurrent: true } });
      setInterval(look, 4);
    });
    const bodies = Array.from({ length: 10 }, (_, index) => `Dinner ${index}`);
    for (const body of bodies) {
      await post(body);
      await push();
    }
    await showsToasts(page, bodies);
    await page.evaluate(() => client.markAllRead());
    await showsToasts(page, []);
  });
});
