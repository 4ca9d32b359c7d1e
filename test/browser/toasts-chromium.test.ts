import type { Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { openApp, showsToasts, subscribeAs, toastsOf } from "./support/app-page.ts";
import { appStory } from "./support/app-story.ts";
import { deliverPush, wakePeriodically } from "./support/chromium-worker.ts";
import { launchChromium } from "./support/chromium.ts";
import { describeBrowser } from "./support/describe-browser.ts";

describeBrowser("chromium", "toasts", () => {
  const story = appStory();
  const { blank, change, post, stateOf } = story;

  /** Chromium cannot subscribe offline: a virtual browser is subscribed in its name, and what that is pushed is handed to Chromium. */
  const chromium = async (): Promise<{ page: Page; push: (to?: Page) => Promise<void> }> => {
    const page = await openApp(await story.opened(launchChromium(story.site().origin)), story.site());
    const device = await story.stack().push.createDevice();
    await subscribeAs(page, device, "Dinner");
    let since = 0;
    return {
      page,
      push: async (to = page) => {
        const { seq, content } = await story.stack().push.waitFor((one) => one.deviceId === device.deviceId, { since });
        since = seq;
        await deliverPush(to, content ?? "");
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
    await push(watching);
    await showsToasts(watching, ["Tea?"]);
    await change(second, { readState: "read" });
    await post("Cake?");
    await push(watching);
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
