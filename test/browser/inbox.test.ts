import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fanoutQueue } from "../../shared/fanout/fanout.ts";
import { clientOf } from "../support/service-bus/client.ts";
import { startStack, type LocalStack } from "../support/stack.ts";
import { looksRight } from "./support/accessibility.ts";
import { launchChromium } from "./support/chromium.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { inboxOn, says, signIn } from "./support/inbox-on.ts";

describeBrowser("chromium", "The local stack's inbox page", () => {
  let stack: LocalStack;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    stack = await startStack();
    browser = await launchChromium(stack.stack.httpUrl);
    page = await browser.newPage();
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => faults.push(message.text()));
    await page.setViewport({ width: 1400, height: 900 });
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });

  const seededUser = () => stack.stack.users[0]!;
  const { shows, appears, focused, press, control } = inboxOn(() => page);
  /** The device's screen shows so many toasts. */
  const toasts = (platform: string, count: number): Promise<unknown> =>
    page.waitForFunction(
      (where, wanted) => document.querySelectorAll(where).length === wanted,
      { timeout: 15_000 },
      `[data-platform="${platform}"] .toast`,
      count,
    );
  const write = async (field: string, text: string): Promise<void> => {
    await page.locator(`[name="${field}"]`).fill(text);
  };
  const send = async (title: string, answer = "201 Created"): Promise<void> => {
    await write("title", title);
    await page.locator("#send button[type=submit]").click();
    await says(page, "#send .answer", answer);
  };
  it("goes from localhost to the service's own address, and shows the devices to whoever is not signed in", async () => {
    await page.goto(stack.stack.httpUrl.replace("127.0.0.1", "localhost"));
    await page.waitForFunction((origin) => location.origin === origin, {}, stack.stack.httpUrl);
    await page.waitForSelector("#sign-in button");
    for (const platform of ["WebPush", "Windows", "iOS", "Android"]) await toasts(platform, 0);
    await looksRight(page, "page-signed-out");
  });

  it("signs in by the code flow, and comes back to an empty inbox", async () => {
    await page.setViewport({ width: 1400, height: 900 });
    await signIn(page, seededUser());
    expect(page.url()).toBe(`${stack.stack.httpUrl}/`);
    await appears(".empty");
    await looksRight(page, "page-empty");
  });

  it("sends both contents, which appear in the list, on every device, and in the operator's figures", async () => {
    await page.setViewport({ width: 1400, height: 900 });
    await send("First");
    await shows("First");
    for (const platform of ["WebPush", "Windows", "iOS", "Android"]) await toasts(platform, 1);
    await says(page, '[data-platform="WebPush"]', "Your parcel is at the front desk.");
    await says(page, '[data-platform="iOS"]', "First");
    await page.waitForFunction(() => document.title.startsWith("(1) "));
    await says(page, "#operator", "Delivered4");
    await send("Second");
    await shows("Second", "First");
    await looksRight(page, "page-full");
  });

  it("shows at once what another device does", async () => {
    await page.setViewport({ width: 1400, height: 900 });
    await page.locator('[aria-label^="Mark read: Second"][aria-label$="on iPhone"]').click();
    await appears('[aria-label="Mark as unread: Second"]');
    await page.locator('[aria-label^="Dismiss: Second"][aria-label$="on PC"]').click();
    await shows("First");
    for (const platform of ["Windows", "iOS", "Android"]) await toasts(platform, 1);
  });

  it("tells the other devices at once what is read, dismissed and deleted here", async () => {
    await press("Dismiss: First");
    await shows();
    for (const platform of ["Windows", "iOS", "Android"]) await toasts(platform, 0);
    await control("dismissed");
    await shows("Second", "First");
    await press("Delete: Second");
    await shows("First");
    await press("Delete: First");
    await shows();
    await control("all");
    await send("Third");
    await shows("Third");
    await toasts("Android", 1);
    await press("Mark as read: Third");
    await toasts("Android", 0);
  });

  it("puts what the service finds wrong to the field it is in", async () => {
    await page.locator("#send summary").click();
    await write("groupName", "g".repeat(65));
    await send("Fourth", "400");
    const fault = await page.$eval("#field-groupName", (field) => [
      field.getAttribute("aria-invalid"),
      document.getElementById(field.getAttribute("aria-describedby") ?? "")?.textContent,
      document.activeElement === field,
    ]);
    expect(fault).toEqual(["true", expect.stringMatching(/64/), true]);
    await looksRight(page, "page-fault");
    await page.setViewport({ width: 1400, height: 900 });
    await write("groupName", "");
  });

  it("says in a sentence that a browser whose push service is out of reach is not rung, and goes on", async () => {
    await page.locator("#notifying button").click();
    await says(page, "#notifying", "The list below is live all the same.");
    await send("Fifth");
    await shows("Fifth", "Third");
  });

  it("is used by keyboard alone: skip to the list, open, dismiss, and the focus goes on", async () => {
    await page.reload();
    await shows("Fifth", "Third");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to your notifications");
    await page.keyboard.press("Enter");
    for (let step = 0; step < 9 && (await focused()) !== "Dismiss: Fifth"; step++) await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await shows("Third");
    expect(await focused()).toBe("Dismiss: Third");
  });

  it("tells the operator how much waits, and why the last dead letters died", async () => {
    const bus = clientOf(stack.stack.serviceBus.connectionString);
    const sender = bus.createSender(fanoutQueue);
    const later = new Date(Date.now() + 3_600_000);
    await sender.scheduleMessages({ body: "nobody's" }, later);
    await sender.sendMessages({ body: "a stranger's" }); // thrown at by the worker, again and again
    await bus.close();
    await says(page, "#operator .letters", "tried 10 times");
    const figures = await page.$eval("#operator .figures", ({ textContent }) => textContent);
    expect(figures).toMatch(/^Waiting\dScheduled[1-9]Dead letters1Notifications/);
  });

  it("offers whose sign-in has ended to sign in again, on the spot", async () => {
    await page.evaluate(async () => {
      await new Promise((resolve) => (indexedDB.deleteDatabase("fanfare-local-inbox").onsuccess = resolve));
      // The client then asks at once, without a token.
      window.dispatchEvent(new Event("online"));
    });
    await page.waitForFunction(() => document.querySelectorAll("#who button").length === 2);
    await page.locator("#who button").click();
    await page.waitForFunction(() => document.querySelectorAll("#who button").length === 1);
    await shows("Third");
  });

  it("signs out, forgets, and asks nobody whether it is meant", async () => {
    await page.locator("#who button").click();
    await page.waitForSelector("#sign-in button");
    expect(page.url()).toBe(`${stack.stack.httpUrl}/`);
    await page.reload();
    await page.waitForSelector("#sign-in button");
    await page.locator("#sign-in button").click();
    await page.waitForSelector("#password");
  });

  it("breaks no rule of its policy on the way", () => {
    // What Chromium itself writes of the refusal (400) and of its push service.
    const own = /Failed to load resource|push service/i;
    expect(faults.filter((fault) => !own.test(fault))).toEqual([]);
  });
});
