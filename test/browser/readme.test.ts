import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStack, type LocalStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { showsToasts } from "./support/app-page.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { launchFirefox } from "./support/firefox.ts";
import { inboxOn } from "./support/inbox-on.ts";
import { clientReadme, readmeOf, samplesIn, startReadmeSite, type ReadmeSite } from "./support/readme-site.ts";

describeBrowser("firefox", "the page for web apps, shared/client/README.md", () => {
  const user = `${crypto.randomUUID()}@contoso.com`;
  let site: ReadmeSite;
  let stack: LocalStack;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    site = await startReadmeSite(user);
    stack = await startStack({ env: { CORS_ALLOWED_ORIGINS: site.origin } });
    site.use(stack);
    browser = await launchFirefox({ pushUrl: stack.stack.webpush.browserUrl });
    page = await browser.newPage();
    await page.goto(site.origin);
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
    await site.close();
  });

  test("its samples, as they stand there, make an app that is rung, shows the list and writes what the user does", async ({
    onTestFailed,
  }) => {
    onTestFailed(() => console.error(stack.output()));
    await page.locator("#ring-me").click();
    const unsid = await until(
      () => page.evaluate("unsid").then((told) => (typeof told === "string" ? told : undefined)),
      {
        what: "the app's server is told the UNSID",
        within: 20_000,
      },
    );
    const { status } = await stack.post({ appNotificationId: "one", payload: { rawContent: "Dinner?" } }, { unsid });
    expect(status).toBe(201);
    await showsToasts(page, ["Dinner?"]);
    await inboxOn(() => page).shows("Dinner?");
    await page.waitForFunction("drawn.notifications.length === 1 && drawn.added.length === 1");
    await inboxOn(() => page).press("Dismiss: Dinner?");
    await showsToasts(page, []);
  });

  test("its worker asks the app's server for the token with no page of the app open, and takes down what was dismissed elsewhere", async () => {
    const unsid = await page.evaluate("unsid");
    await page.goto(`${site.origin}/blank`);
    if (typeof unsid !== "string") throw new Error("not subscribed");
    for (const name of ["three", "four", "five"]) {
      const { status } = await stack.post({ appNotificationId: name, payload: { rawContent: name } }, { unsid });
      expect(status).toBe(201);
    }
    await showsToasts(page, ["three", "four", "five"]);
    const token = await stack.token({ user });
    const dismissed = await fetch(`${stack.stack.httpUrl}/beta/me/notifications`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ all: true, userActionState: "dismissed" }),
    });
    expect(dismissed.status).toBe(200);
    const before = site.askedByWorker();
    await stack.post({ appNotificationId: "six", payload: { rawContent: "six" } }, { unsid });
    await showsToasts(page, ["six"]);
    expect(site.askedByWorker()).toBeGreaterThan(before);
    await page.goto(site.origin);
  });

  test("a page under the policy it gives, and Trusted Types, has the list", async () => {
    const other = await browser.newPage();
    await other.goto(`${site.origin}/strict`);
    await inboxOn(() => other).shows("six");
    expect(await other.evaluate("violations")).toEqual([]);
    await other.close();
  });

  test("so does the sample of the project's own page, which is shorter", async () => {
    const { status } = await stack.post({ appNotificationId: "two", payload: { rawContent: "Tea?" } }, { user });
    expect(status).toBe(201);
    const other = await browser.newPage();
    await other.goto(`${site.origin}/shortest`);
    await inboxOn(() => other).shows("Tea?", "six");
    await other.close();
  });

  test("no sample of it is left out here", () => {
    // What is for the terminal or the compiler is not a browser's business.
    const samples = [...clientReadme.matchAll(/^```(html|http|js)$/gm)].map(([, language]) => language);
    expect(samples).toEqual(["html", "http", "js", "js", "html"]);
  });

  test("every method it names is there", async () => {
    const named = [...clientReadme.matchAll(/`(?:client\.)?(\w+)\((?:\)|id|\{)/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(7);
    const missing = await page.evaluate((names) => names.filter((name) => !(name in globalThis.client)), named);
    expect(missing).toEqual([]);
  });

  test("the service worker's page has the same worker", () => {
    expect(samplesIn(readmeOf("shared/client/worker/"), "js")[0]).toBe(samplesIn(clientReadme, "js")[0]);
  });
});
