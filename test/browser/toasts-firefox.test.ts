import type { Browser, Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { openApp, showsToasts, subscribe } from "./support/app-page.ts";
import { appStory } from "./support/app-story.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { actOnAlert } from "./support/firefox-alerts.ts";
import { launchFirefox } from "./support/firefox.ts";

describeBrowser("firefox", "toasts", () => {
  const story = appStory();
  const { becomes, blank, change, post, stateOf } = story;

  const open = async (launching: Promise<Browser>): Promise<Page> =>
    openApp(await story.opened(launching), story.site());
  /** The user uses the app whose worker serves so. */
  const serving = (options: string): void => story.site().use(story.stack(), story.user(), options);
  /** What a person does to a toast, once it is there. */
  const onAlert = async (browser: Browser, body: string, act: "click" | "close"): Promise<void> => {
    await until(() => actOnAlert(browser, body, act).then(() => true), { what: `a toast says ${body}` });
  };
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
