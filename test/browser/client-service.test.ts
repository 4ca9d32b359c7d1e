import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "puppeteer-core";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { openApp } from "./support/app-page.ts";
import { launchChromium } from "./support/chromium.ts";
import { clientStory } from "./support/client-story.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { requestsOf } from "./support/page-requests.ts";

describeBrowser("chromium", "the client, and a service that is not always there for it", () => {
  const story = clientStory();
  const { post, stateOf, becomes, seen, sees, synced } = story;

  test("dismissed offline, then the browser closed: started again it shows that at once, and tells the service", async () => {
    const profile = await mkdtemp(join(tmpdir(), "fanfare-chromium-"));
    const own = await launchChromium(story.site().origin, profile);
    let again: Browser | undefined;
    try {
      const before = await openApp(own, story.site());
      const id = await post("Dinner?");
      expect(await synced(before)).toBe("ok");
      await before.setOfflineMode(true);
      await before.evaluate((it) => client.dismiss(it), id);
      await before.waitForFunction(() => client.standing?.answer.kind === "offline");
      expect(await before.evaluate(() => client.standing?.unsent)).toBe(1);
      await own.close();

      again = await launchChromium(story.site().origin, profile);
      const requests: string[] = [];
      const page = await again.newPage();
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(story.site().origin);
      await page.waitForFunction(() => globalThis.isReady);
      expect(await seen(page)).toEqual(["Dinner?: unread, dismissed"]);
      expect(requests.filter((url) => url.includes("/me/notifications"))).toEqual([]);
      expect(await stateOf(id)).toBe("unread, noInteraction");
      await page.evaluate(() => void client.live());
      await becomes(id, "unread, dismissed");
    } finally {
      await own.close();
      await again?.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  });

  test("a refused token is renewed once, and not a second time", async () => {
    const page = await openApp(story.context(), story.site());
    const { answers } = requestsOf(page);
    await post("Dinner?");
    story.site().spoilTokens(1);
    expect(await synced(page)).toBe("ok");
    expect(await seen(page)).toEqual(["Dinner?: unread, noInteraction"]);
    expect(answers()).toEqual(["GET 401", "GET 200"]);
    story.site().spoilTokens(99);
    expect(await synced(page)).toBe("unauthorized");
    expect(answers().slice(2)).toEqual(["GET 401", "GET 401"]);
  });

  test("a service that is busy is asked again when it said, to the second, and the user sees nothing of it", async () => {
    const page = await openApp(story.context(), story.site());
    const { answers, times } = requestsOf(page);
    const id = await post("Dinner?");
    expect(await synced(page)).toBe("ok");
    await story.stack().killPart("service-bus");
    let isHeld = true;
    const down = story.stack().holdDown("service-bus", () => isHeld);
    await page.evaluate((it) => client.dismiss(it), id);
    await until(() => answers().includes("PATCH 406"), { what: "the service is busy" });
    isHeld = false;
    await sees(page, ["Dinner?: unread, dismissed"]);
    await down;
    await story.stack().partIsBack("service-bus");
    await until(() => answers().includes("PATCH 200"), { within: 20_000, what: "the service has taken it" });
    const [refused = 0, next = 0] = times("PATCH");
    expect(next - refused).toBeGreaterThanOrEqual(5_000); // as the service said, in a header that CORS exposes
    expect(await stateOf(id)).toBe("unread, dismissed");
    // The delta is read behind it.
    await page.waitForFunction(() => client.standing?.answer.kind === "ok" && client.standing.unsent === 0);
  });
});
