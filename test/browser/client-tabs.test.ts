import type { Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { openApp } from "./support/app-page.ts";
import { clientStory } from "./support/client-story.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { requestsOf } from "./support/page-requests.ts";

describeBrowser("chromium", "the client, in several tabs", () => {
  const story = clientStory();
  const { post, stateOf, becomes, seen, sees, synced } = story;
  /** How the window of a page is, as its user has it. */
  const setWindow = async (page: Page, windowState: "minimized" | "normal"): Promise<void> => {
    const session = await page.createCDPSession();
    const { windowId } = await session.send("Browser.getWindowForTarget");
    await session.send("Browser.setWindowBounds", { windowId, bounds: { windowState } });
    await session.detach();
    const wanted = windowState === "normal" ? "visible" : "hidden";
    const isSo = async (): Promise<boolean> => (await page.evaluate(() => document.visibilityState)) === wanted;
    await until(isSo, { what: `the page is ${wanted}` });
  };

  test("of two tabs one waits at the service, for both; the other takes over when that is hidden; hidden, none waits", async () => {
    const open = async () => {
      const page = await openApp(story.context(), story.site(), "window");
      return { page, requests: requestsOf(page) };
    };
    const tabs = [await open(), await open()];
    const waiting = () => tabs.filter(({ requests }) => requests.held() > 0);
    for (const { page } of tabs) await page.evaluate(() => void client.live());
    await until(() => waiting().length === 1, { what: "one waits" });
    await post("Dinner?");
    for (const { page } of tabs) await sees(page, ["Dinner?: unread, noInteraction"]);
    await until(() => waiting().length === 1, { what: "one waits again" });
    expect(tabs.map(({ requests }) => requests.waits() > 0).toSorted()).toEqual([false, true]);

    const [first] = waiting();
    const other = tabs.find((tab) => tab !== first);
    if (!first || !other) throw new Error("not two tabs, one of which waits");
    await setWindow(first.page, "minimized");
    await until(() => other.requests.held() === 1, { what: "the other one waits" });
    expect(first.requests.held()).toBe(0);

    await setWindow(other.page, "minimized");
    await until(() => waiting().length === 0, { what: "nobody waits" });
    await post("Tea?");
    expect(await seen(other.page)).toEqual(["Dinner?: unread, noInteraction"]);
    await setWindow(other.page, "normal");
    await sees(other.page, ["Tea?: unread, noInteraction", "Dinner?: unread, noInteraction"]);
  });

  test("what is done in one tab is seen in the others without the service, which is told when it can be reached", async () => {
    const tabs = [
      await openApp(story.context(), story.site(), "window"),
      await openApp(story.context(), story.site(), "window"),
    ] as const;
    const id = await post("Dinner?");
    for (const page of tabs) expect(await synced(page)).toBe("ok");
    for (const page of tabs) await page.setOfflineMode(true);
    const [one, other] = tabs;
    const told = other.evaluate(
      () =>
        new Promise<string>((resolve) =>
          client.addEventListener("change", (event) =>
            resolve(JSON.stringify((event as CustomEvent<{ updated: unknown }>).detail.updated)),
          ),
        ),
    );
    await one.evaluate((it) => client.markRead(it), id);
    expect(JSON.parse(await told)).toMatchObject([{ id, readState: "read" }]);
    expect(await stateOf(id)).toBe("unread, noInteraction");
    for (const page of tabs) await page.setOfflineMode(false);
    await becomes(id, "read, noInteraction");
  });

  test("dismissed on the phone, the one request that an open tab has waiting brings it, until the tab's signal is aborted", async () => {
    const phone = await story.stack().device(story.user(), undefined, "iOS");
    const page = await openApp(story.context(), story.site());
    const requests = requestsOf(page);
    await page.evaluate(() => {
      const stop = new AbortController();
      const told: string[] = [];
      const follow = async (): Promise<void> => {
        for await (const { added, updated } of client.changes(stop)) {
          told.push(...added.map(({ payload }) => `added ${payload.rawContent}`));
          told.push(...updated.map(({ userActionState }) => `updated ${userActionState}`));
        }
        told.push("over");
      };
      Object.assign(globalThis, { stop, told, ended: Promise.all([follow(), client.live(stop)]) });
    });
    const told = (): Promise<unknown> => page.evaluate("told");
    const hasTold = (wanted: readonly string[]): Promise<unknown> =>
      until(async () => JSON.stringify(await told()) === JSON.stringify(wanted), { what: wanted.join() });
    const id = await post("Dinner?");
    await hasTold(["added Dinner?"]);
    await until(() => requests.held() === 1, { what: "the tab waits at the service" });
    const before = requests.answers().length;
    await story.stack().pushTo("iOS").act(phone.deviceId, { notificationId: id, action: "dismiss" });
    await hasTold(["added Dinner?", "updated dismissed"]);
    // Half the time that the service may hold it back has not gone by; and nothing else was asked.
    expect(requests.answers().slice(before)).toEqual(["GET 200"]);

    await until(() => requests.held() === 1, { what: "the next change is waited for" });
    await page.evaluate("stop.abort()");
    await page.evaluate("ended.then(() => true)");
    expect(await told()).toEqual(["added Dinner?", "updated dismissed", "over"]);
    await until(() => requests.held() === 0, { what: "nothing is waited for any more" });
  });
});
