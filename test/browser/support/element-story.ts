import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { launchChromium } from "./chromium.ts";
import { inboxOn } from "./inbox-on.ts";
import { startInboxSite } from "./inbox-site.ts";
import type { Site } from "./site.ts";

/** Signs in a user who has three notifications, on the page of `elementStory`. */
export const three = "signIn([notification(1), notification(2), notification(3)])";

/**
 * Where the stories of the element happen: on somebody's page, over a client that is none, in one Chromium for all stories of a file.
 * Registers what has to happen before and after; to be called once, where they are described.
 */
export const elementStory = () => {
  let site: Site;
  let browser: Browser;
  let page: Page;
  let faults: string[] = [];

  beforeAll(async () => {
    site = await startInboxSite();
    browser = await launchChromium(site.origin);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
  });
  beforeEach(async () => {
    for (const open of await browser.pages()) if (open.url().startsWith(site.origin)) await open.close();
    page = await browser.newPage();
    faults = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => faults.push(message.text()));
    await page.setViewport({ width: 900, height: 800 });
    await page.goto(site.origin);
    await page.waitForFunction("window.isReady");
  });

  return {
    ...inboxOn(() => page),
    page: () => page,
    /** What the page has complained of. */
    faults: (): readonly string[] => faults,
    /** What the inbox shows, by headline. */
    shown: (): Promise<readonly string[]> =>
      page.$$eval("fanfare-inbox >>> li .headline", (found) => found.map((one) => one.textContent)),
    announced: (): Promise<string> =>
      page.$eval("fanfare-inbox >>> [role=status]", (status) => status.textContent.trim()),
    /** What the element has asked of its client. */
    asked: (): Promise<unknown> => page.evaluate("client.asked"),
  };
};
