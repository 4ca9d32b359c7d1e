import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { FanfareInbox } from "../../shared/client/inbox/fanfare-inbox.ts";
import { looksRight } from "./support/accessibility.ts";
import { launchChromium } from "./support/chromium.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { inboxOn } from "./support/inbox-on.ts";
import { startInboxSite } from "./support/inbox-site.ts";
import type { Site } from "./support/site.ts";

describeBrowser("chromium", "<fanfare-inbox> on somebody's page", () => {
  let site: Site;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

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
    faults.length = 0;
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => faults.push(message.text()));
    await page.setViewport({ width: 900, height: 800 });
    await page.goto(site.origin);
    await page.waitForFunction("window.isReady");
  });

  const { shows, appears, focused, press, control } = inboxOn(() => page);
  /** What the inbox shows, by headline. */
  const shown = (): Promise<readonly string[]> =>
    page.$$eval("fanfare-inbox >>> li .headline", (found) => found.map((one) => one.textContent));
  const announced = (): Promise<string> =>
    page.$eval("fanfare-inbox >>> [role=status]", (status) => status.textContent.trim());
  const asked = (): Promise<unknown> => page.evaluate("client.asked");
  const three = "signIn([notification(1), notification(2), notification(3)])";

  it("is fit to be seen and heard in every state, under a strict policy, and breaks none of it", async () => {
    await looksRight(page, "element-signed-out");
    await page.evaluate("signIn([], null)");
    await looksRight(page, "element-loading");
    await page.evaluate("client.stand()");
    await looksRight(page, "element-empty");
    await page.evaluate("client.stand({ kind: 'failed', status: 500, reason: 'x' }, 0)");
    await looksRight(page, "element-failed");
    await page.evaluate(`client.stand({ kind: "offline", reason: "x" }, 2); client.set([
      notification(0, { payload: { visualContent: { title: "Your parcel is here", body: "At the front desk.", actionUrl: "https://a.example/" } } }),
      notification(1, { priority: "High", groupName: "Alerts", payload: { rawContent: "Server eu-3 is down: 503 for 4 minutes" } }),
      notification(2, { readState: "read", payload: { visualContent: { title: "Minutes", body: "On and on. ".repeat(80) } } }),
      notification(3, { payload: { visualContent: { title: "<img src=x onerror=alert(1)>", body: "a".repeat(900) } } }),
      notification(4, { payload: { visualContent: { title: "\\u202eהחבילה שלך כאן", body: "مرحبا" } } }),
      notification(9, { readState: "read", userActionState: "snoozed" }),
    ])`);
    await press("Delete: Minutes");
    await looksRight(page, "element-full");
    expect(faults).toEqual([]);
  });

  it("shows markup as text, and follows no link but a web address, without handing over the page", async () => {
    await page.evaluate(`signIn([
      notification(1, { payload: { visualContent: { title: "<b>one</b>", actionUrl: "javascript:alert(1)" } } }),
      notification(2, { payload: { visualContent: { title: "two", actionUrl: "https://a.example/x" } } }),
    ])`);
    await shows("<b>one</b>", "two");
    const links = await page.$$eval("fanfare-inbox >>> li a", (found) =>
      found.map(({ href, rel, target }) => [href, rel, target]),
    );
    expect(links).toEqual([["https://a.example/x", "noopener noreferrer", "_blank"]]);
  });

  it("opens: the app is asked first, and either way it counts as opened and read", async () => {
    await page.evaluate(`signIn([notification(2, { payload: { visualContent: { title: "two", actionUrl: "https://a.example/x" } } })]);
      inbox.addEventListener("fanfare-open", (event) => { event.preventDefault(); window.opened = event.detail.id; });`);
    await shows("two");
    await page.locator("fanfare-inbox >>> li a").click();
    await page.waitForFunction("window.opened === 'n2'");
    expect(await asked()).toEqual([["update", "n2", { readState: "read", userActionState: "activated" }]]);
    expect((await browser.pages()).some((open) => open.url().includes("a.example"))).toBe(false);
  });

  it("is used by keyboard alone, and the focus goes on to the next item when one goes away", async () => {
    await page.evaluate(three);
    await shows("Notification 1", "Notification 2", "Notification 3");
    const walked: string[] = [];
    for (let step = 0; step < 8; step++) {
      await page.keyboard.press("Tab");
      walked.push(await focused());
    }
    expect(walked).toEqual([
      "Mark all read",
      "Inbox",
      "Unread",
      "Dismissed",
      "Unread: Notification 1",
      "Mark as read: Notification 1",
      "Dismiss: Notification 1",
      "Delete: Notification 1",
    ]);
    await page.keyboard.press("Enter");
    await shows("Notification 2", "Notification 3");
    expect(await focused()).toBe("Delete: Notification 2");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("Unread: Notification 3");
    await page.keyboard.press("Delete");
    await shows("Notification 2");
    expect(await focused()).toBe("Unread: Notification 2");
    await page.keyboard.down("Control");
    await page.keyboard.press("z");
    await page.keyboard.up("Control");
    await shows("Notification 2", "Notification 3");
    await page.evaluate("client.set([])");
    await shows();
    expect(await focused()).toBe("Notifications");
  });

  it("tells the service of a deletion when there is no way back, and of one taken back never", async () => {
    await page.evaluate(three);
    await press("Delete: Notification 1");
    await shows("Notification 2", "Notification 3");
    await control("undo");
    await shows("Notification 1", "Notification 2", "Notification 3");
    await press("Delete: Notification 2");
    await shows("Notification 1", "Notification 3");
    expect(await asked()).toEqual([]);
    await page.evaluate("inbox.remove()");
    expect(await asked()).toEqual([["delete", "n2"]]);
  });

  it("hides what is dismissed, and gives it back", async () => {
    await page.evaluate(three);
    await press("Dismiss: Notification 2");
    await shows("Notification 1", "Notification 3");
    await control("dismissed");
    await shows("Notification 2");
    await press("Move back to the inbox: Notification 2");
    await shows();
    await control("all");
    await shows("Notification 1", "Notification 2", "Notification 3");
  });

  it("keeps what was read under “unread” until another filter is chosen", async () => {
    await page.evaluate(three);
    await control("unread");
    await press("Mark as read: Notification 1");
    await appears('[aria-label="Mark as unread: Notification 1"]');
    expect(await focused()).toBe("Mark as unread: Notification 1");
    expect(await shown()).toHaveLength(3);
    await control("all");
    await control("unread");
    await shows("Notification 2", "Notification 3");
  });

  it("shows nothing of a user who has signed out, and does nothing for them any more", async () => {
    await page.evaluate(`${three}; inbox.addEventListener("fanfare-unread", ({ detail }) => (window.unread = detail))`);
    await press("Delete: Notification 1");
    await shows("Notification 2", "Notification 3");
    const left = await page.evaluate(() => {
      const { client, inbox } = globalThis as unknown as { client: EventTarget; inbox: FanfareInbox };
      const row = inbox.shadowRoot?.querySelector<HTMLElement>('[data-act="read"]');
      client.dispatchEvent(new Event("signedout"));
      row?.click();
      return [
        inbox.shadowRoot?.querySelectorAll("li").length,
        inbox.shadowRoot?.textContent,
        inbox.client === undefined,
      ];
    });
    expect(left).toEqual([0, "Sign in to see your notifications.", true]);
    await page.evaluate("client.set(client.list); client.stand()");
    await shows();
    expect([await asked(), await page.evaluate("window.unread")]).toEqual([[], 0]);
  });

  it("takes a client whose notifications have come to an end for signed out", async () => {
    await page.evaluate(`${three}; inbox.client = Object.assign(new client.constructor(), {
      async *changes() { yield { notifications: client.list }; },
    })`);
    await appears("slot[name=signed-out]");
    await shows();
  });

  it("says what it expects when it is given something that is no client, and goes on as it was", async () => {
    await page.evaluate(three);
    const given = await page.evaluate(() => {
      const { inbox } = globalThis as unknown as { inbox: { client: unknown } };
      return [{}, "client", { client: inbox.client }].map((wrong) => {
        try {
          inbox.client = wrong;
          return "taken";
        } catch (error) {
          return String(error);
        }
      });
    });
    for (const said of given) expect(said).toMatch(/^TypeError: .*UserNotificationClient.*lacks.*changes/);
    await shows("Notification 1", "Notification 2", "Notification 3");
    await page.evaluate("inbox.client = null");
    await appears("slot[name=signed-out]");
  });

  it("takes the page's font where a rule of the page says so", async () => {
    const fonts = await page.evaluate(() => {
      const inbox = document.querySelector("fanfare-inbox");
      const said = inbox?.shadowRoot?.querySelector("p");
      const font = () => said && getComputedStyle(said).fontFamily;
      const before = font();
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("body { font-family: fantasy } fanfare-inbox { font-family: inherit }");
      document.adoptedStyleSheets = [sheet];
      return [before, font()];
    });
    expect(fonts).toEqual(["system-ui, sans-serif", "fantasy"]);
  });

  it("announces what is new in words, once, and no mark", async () => {
    await page.evaluate(three);
    await shows("Notification 1", "Notification 2", "Notification 3");
    expect(await announced()).toBe("");
    await page.evaluate("client.set([notification(0), ...client.list])");
    await shows("Notification 0", "Notification 1", "Notification 2", "Notification 3");
    expect(await announced()).toBe("New notification: Notification 0");
    await page.evaluate("client.update('n1', { readState: 'read' })");
    expect(await announced()).toBe("New notification: Notification 0");
    await page.evaluate("client.set([notification(7), notification(8), ...client.list])");
    await page.waitForFunction(
      () =>
        document.querySelector("fanfare-inbox")?.shadowRoot?.querySelector("[role=status]")?.textContent ===
        "2 new notifications",
    );
  });

  it("stays quick with 500 notifications: fifty rows at a time, and the keyboard goes on where they begin", async () => {
    await page.evaluate("signIn(Array.from({ length: 500 }, (_, number) => notification(number)))");
    await page.waitForFunction(
      () => document.querySelector("fanfare-inbox")?.shadowRoot?.querySelectorAll("li").length === 50,
    );
    await control("more");
    expect(await focused()).toBe("Unread: Notification 50");
    const drawnMs = await page.evaluate(async () => {
      const { inbox, client } = globalThis as unknown as {
        readonly inbox: HTMLElement;
        readonly client: { list: readonly object[]; readonly set: (list: readonly object[]) => void };
      };
      for (let more = 0; more < 9; more++)
        inbox.shadowRoot?.querySelector<HTMLElement>('[data-control="more"]')?.click();
      const begun = performance.now();
      client.set(client.list.map((one) => ({ ...one, readState: "read" })));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return performance.now() - begun;
    });
    expect(await shown()).toHaveLength(500);
    // Every row changes at once, on a machine that is busy with other things; a frame is 16 ms.
    expect(drawnMs).toBeLessThan(1_500);
  });
});
