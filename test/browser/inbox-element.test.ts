import { expect, it } from "vitest";
import { looksRight } from "./support/accessibility.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { elementStory, three } from "./support/element-story.ts";

describeBrowser("chromium", "<fanfare-inbox> on somebody's page", () => {
  const { page, faults, shown, announced, asked, shows, focused, press, control } = elementStory();

  it("is fit to be seen and heard in every state, under a strict policy, and breaks none of it", async () => {
    await looksRight(page(), "element-signed-out");
    await page().evaluate("signIn([], null)");
    await looksRight(page(), "element-loading");
    await page().evaluate("client.stand()");
    await looksRight(page(), "element-empty");
    await page().evaluate("client.stand({ kind: 'failed', status: 500, reason: 'x' }, 0)");
    await looksRight(page(), "element-failed");
    await page().evaluate(`client.stand({ kind: "offline", reason: "x" }, 2); client.set([
      notification(0, { payload: { visualContent: { title: "Your parcel is here", body: "At the front desk.", actionUrl: "https://a.example/" } } }),
      notification(1, { priority: "High", groupName: "Alerts", payload: { rawContent: "Server eu-3 is down: 503 for 4 minutes" } }),
      notification(2, { readState: "read", payload: { visualContent: { title: "Minutes", body: "On and on. ".repeat(80) } } }),
      notification(3, { payload: { visualContent: { title: "<img src=x onerror=alert(1)>", body: "a".repeat(900) } } }),
      notification(4, { payload: { visualContent: { title: "\\u202eהחבילה שלך כאן", body: "مرحبا" } } }),
      notification(9, { readState: "read", userActionState: "snoozed" }),
    ])`);
    await press("Delete: Minutes");
    await looksRight(page(), "element-full");
    expect(faults()).toEqual([]);
  });

  it("shows markup as text, and follows no link but a web address, without handing over the page", async () => {
    await page().evaluate(`signIn([
      notification(1, { payload: { visualContent: { title: "<b>one</b>", actionUrl: "javascript:alert(1)" } } }),
      notification(2, { payload: { visualContent: { title: "two", actionUrl: "https://a.example/x" } } }),
    ])`);
    await shows("<b>one</b>", "two");
    const links = await page().$$eval("fanfare-inbox >>> li a", (found) =>
      found.map(({ href, rel, target }) => [href, rel, target]),
    );
    expect(links).toEqual([["https://a.example/x", "noopener noreferrer", "_blank"]]);
  });

  it("opens: the app is asked first, and either way it counts as opened and read", async () => {
    await page()
      .evaluate(`signIn([notification(2, { payload: { visualContent: { title: "two", actionUrl: "https://a.example/x" } } })]);
      inbox.addEventListener("fanfare-open", (event) => { event.preventDefault(); window.opened = event.detail.id; });`);
    await shows("two");
    await page().locator("fanfare-inbox >>> li a").click();
    await page().waitForFunction("window.opened === 'n2'");
    expect(await asked()).toEqual([["update", "n2", { readState: "read", userActionState: "activated" }]]);
    expect((await page().browser().pages()).some((open) => open.url().includes("a.example"))).toBe(false);
  });

  it("takes the page's font where a rule of the page says so", async () => {
    const fonts = await page().evaluate(() => {
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
    await page().evaluate(three);
    await shows("Notification 1", "Notification 2", "Notification 3");
    expect(await announced()).toBe("");
    await page().evaluate("client.set([notification(0), ...client.list])");
    await shows("Notification 0", "Notification 1", "Notification 2", "Notification 3");
    expect(await announced()).toBe("New notification: Notification 0");
    await page().evaluate("client.update('n1', { readState: 'read' })");
    expect(await announced()).toBe("New notification: Notification 0");
    await page().evaluate("client.set([notification(7), notification(8), ...client.list])");
    await page().waitForFunction(
      () =>
        document.querySelector("fanfare-inbox")?.shadowRoot?.querySelector("[role=status]")?.textContent ===
        "2 new notifications",
    );
  });

  it("stays quick with 500 notifications: fifty rows at a time, and the keyboard goes on where they begin", async () => {
    await page().evaluate("signIn(Array.from({ length: 500 }, (_, number) => notification(number)))");
    await page().waitForFunction(
      () => document.querySelector("fanfare-inbox")?.shadowRoot?.querySelectorAll("li").length === 50,
    );
    await control("more");
    expect(await focused()).toBe("Unread: Notification 50");
    const drawnMs = await page().evaluate(async () => {
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
