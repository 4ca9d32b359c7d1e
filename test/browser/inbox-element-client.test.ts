import { expect, it } from "vitest";
import type { FanfareInbox } from "../../shared/client/inbox/fanfare-inbox.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { elementStory, three } from "./support/element-story.ts";

describeBrowser("chromium", "<fanfare-inbox> and the client it is given", () => {
  const { page, asked, shows, appears, press } = elementStory();

  it("shows nothing of a user who has signed out, and does nothing for them any more", async () => {
    await page().evaluate(
      `${three}; inbox.addEventListener("fanfare-unread", ({ detail }) => (window.unread = detail))`,
    );
    await press("Delete: Notification 1");
    await shows("Notification 2", "Notification 3");
    const left = await page().evaluate(() => {
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
    await page().evaluate("client.set(client.list); client.stand()");
    await shows();
    expect([await asked(), await page().evaluate("window.unread")]).toEqual([[], 0]);
  });

  it("takes a client whose notifications have come to an end for signed out", async () => {
    await page().evaluate(`${three}; inbox.client = Object.assign(new client.constructor(), {
      async *changes() { yield { notifications: client.list }; },
    })`);
    await appears("slot[name=signed-out]");
    await shows();
  });

  it("says what it expects when it is given something that is no client, and goes on as it was", async () => {
    await page().evaluate(three);
    const given = await page().evaluate(() => {
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
    await page().evaluate("inbox.client = null");
    await appears("slot[name=signed-out]");
  });
});
