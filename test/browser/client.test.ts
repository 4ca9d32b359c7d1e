import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page, Target } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserNotificationClient } from "../../shared/client/fanfare.ts";
import { until } from "../support/until.ts";
import { openApp, showsToasts } from "./support/app-page.ts";
import { appStory } from "./support/app-story.ts";
import { deliverPush } from "./support/chromium-worker.ts";
import { launchChromium } from "./support/chromium.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { requestsOf } from "./support/page-requests.ts";

declare global {
  // What the service's script puts on its worker's global scope.
  var fanfare: { readonly UserNotificationClient: typeof UserNotificationClient };
}

describeBrowser("chromium", "the client, on a page of another origin than the service's", () => {
  const story = appStory();
  const { post, signIn, stateOf } = story;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    browser = await launchChromium(story.site().origin);
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    // As good as a profile of its own.
    context = await browser.createBrowserContext();
    const permission = { permission: { name: "notifications" }, state: "granted" } as const;
    await context.setPermission(story.site().origin, permission);
  });
  afterEach(() => context.close());

  /** What the user sees on a page: each notification with its states. */
  const seen = (page: Page): Promise<readonly string[]> =>
    page.evaluate(async () =>
      (await client.notifications()).map(
        ({ payload, readState, userActionState }) => `${payload.rawContent}: ${readState}, ${userActionState}`,
      ),
    );
  const sees = (page: Page, wanted: readonly string[], within = 10_000): Promise<unknown> => {
    const isSo = async (): Promise<boolean> => {
      expect(await seen(page)).toEqual(wanted);
      return true;
    };
    return until(isSo, { within, what: `the page shows ${wanted.join("; ")}` });
  };
  const becomes = (id: string, state: string, within = 10_000): Promise<unknown> =>
    until(async () => (await stateOf(id)) === state, { within, what: `the service has it as ${state}` });
  const synced = async (page: Page): Promise<string> => page.evaluate(async () => (await client.sync()).kind);
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
      const page = await openApp(context, story.site(), "window");
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
      await openApp(context, story.site(), "window"),
      await openApp(context, story.site(), "window"),
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

  test("dismissed on the phone, it is dismissed in an open tab within two seconds, until the tab's signal is aborted", async () => {
    const phone = await story.stack().device(story.user(), undefined, "iOS");
    const page = await openApp(context, story.site());
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
    const begun = performance.now();
    await story.stack().pushTo("iOS").act(phone.deviceId, { notificationId: id, action: "dismiss" });
    await hasTold(["added Dinner?", "updated dismissed"]);
    expect(performance.now() - begun).toBeLessThan(2_000);

    await until(() => requests.held() === 1, { what: "the next change is waited for" });
    await page.evaluate("stop.abort()");
    await page.evaluate("ended.then(() => true)");
    expect(await told()).toEqual(["added Dinner?", "updated dismissed", "over"]);
    await until(() => requests.held() === 0, { what: "nothing is waited for any more" });
  });

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
    const page = await openApp(context, story.site());
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
    const page = await openApp(context, story.site());
    const { answers, times } = requestsOf(page);
    const id = await post("Dinner?");
    expect(await synced(page)).toBe("ok");
    await story.stack().killPart("service-bus");
    const down = story.stack().holdDown("service-bus", 2_500);
    await page.evaluate((it) => client.dismiss(it), id);
    await until(() => answers().includes("PATCH 406"), { what: "the service is busy" });
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

  test("a push that fits is taken as it is; after one that was lost the feed is read, by page and worker", async () => {
    const page = await openApp(context, story.site());
    const { deviceId, channel } = await story.stack().push.createDevice();
    const subscribed = await page.evaluate(async (json) => {
      const subscription = { toJSON: () => json, options: { applicationServerKey: null, userVisibleOnly: true } };
      return (await client.subscribeWith(subscription, { displayName: "A browser" })).kind;
    }, channel);
    expect(subscribed).toBe("ok");
    expect(await synced(page)).toBe("ok");
    const { answers } = requestsOf(page);
    /** Posts it, and resolves to what the browser is pushed of it. */
    const pushed = async (rawContent: string): Promise<string> => {
      await post(rawContent);
      const isIt = (content: string | null): boolean => content?.includes(rawContent) ?? false;
      return (await story.stack().push.waitFor((one) => one.deviceId === deviceId && isIt(one.content))).content ?? "";
    };
    const process = (text: string) =>
      page.evaluate(async (it) => {
        const { applied, fresh } = await client.processPush(it);
        return { applied, fresh: fresh.map(({ payload }) => payload.rawContent) };
      }, text);

    const soup = await pushed("Soup");
    expect(await process(soup)).toEqual({ applied: true, fresh: ["Soup"] });
    expect(answers()).toEqual([]);
    await pushed("Fish");
    expect(await process(await pushed("Meat"))).toEqual({ applied: false, fresh: ["Meat", "Fish"] });
    expect(answers()).toEqual(["GET 200"]);
    expect((await process(soup)).applied).toBe(true); // comes twice, and late
    expect(answers()).toEqual(["GET 200"]);

    await pushed("Cake");
    await deliverPush(page, await pushed("Coffee"));
    await showsToasts(page, ["Cake", "Coffee"]);
    expect((await seen(page)).map((one) => one.split(":")[0])).toEqual(["Coffee", "Cake", "Meat", "Fish", "Soup"]);
    expect(answers()).toEqual(["GET 200"]); // it was the worker that asked
  });

  test("it works in the service worker as on a page, and both are of one mind", async () => {
    const page = await openApp(context, story.site());
    const { answers } = requestsOf(page);
    const device = await story.stack().device(story.user());
    const id = await post("Dinner?");
    const isWorker = (one: Target): boolean => one.url() === `${story.site().origin}/service-worker.js`;
    const worker = await (await context.waitForTarget(isWorker)).worker();
    const options = { account: story.user(), targetHostName: story.stack().stack.apps[0]!.hostName };
    const inWorker = await worker?.evaluateHandle(
      (given) => new fanfare.UserNotificationClient({ ...given, getToken: async () => (await fetch("/token")).text() }),
      options,
    );
    expect(await inWorker?.evaluate(async (one) => (await one.sync()).kind)).toBe("ok");
    await inWorker?.evaluate((one, it) => one.dismiss(it), id);
    await becomes(id, "unread, dismissed");

    await post("Tea?");
    const { content } = await story
      .stack()
      .push.waitFor((one) => one.deviceId === device.deviceId && (one.content?.includes("Tea?") ?? false));
    const fresh = await inWorker?.evaluate(async (one, text) => (await one.processPush(text)).fresh, content ?? "");
    expect(fresh).toMatchObject([{ payload: { rawContent: "Tea?" } }]);
    await sees(page, ["Tea?: unread, noInteraction", "Dinner?: unread, dismissed"]);
    expect(answers()).toEqual([]); // the page has asked nobody
  });

  test("who signs in after another sees and sends nothing of theirs, and after a sign-out there is nothing left of it", async () => {
    const [first, second] = [story.user(), `${crypto.randomUUID()}@contoso.com`];
    /** Whether anything in the browser's databases says this. */
    const isKept = (page: Page, text: string): Promise<boolean> =>
      page.evaluate(async (wanted) => {
        const settled = <T>(request: IDBRequest<T>): Promise<T> =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(new Error(String(request.error)));
          });
        for (const { name = "" } of await indexedDB.databases()) {
          const database = await settled(indexedDB.open(name));
          for (const store of database.objectStoreNames) {
            const rows = await settled(database.transaction(store).objectStore(store).getAll());
            if (JSON.stringify(rows).includes(wanted)) return true;
          }
          database.close();
        }
        return false;
      }, text);

    const page = await openApp(context, story.site());
    const id = await post("For the first");
    expect(await synced(page)).toBe("ok");
    await page.setOfflineMode(true);
    await page.evaluate((it) => client.dismiss(it), id);
    await page.close();

    signIn(second);
    const next = await openApp(context, story.site());
    await next.evaluate(() => void client.live());
    await post("For the second");
    await sees(next, ["For the second: unread, noInteraction"]);
    expect(await stateOf(id, first)).toBe("unread, noInteraction");
    await next.close();

    signIn(first);
    const back = await openApp(context, story.site());
    expect(await seen(back)).toEqual(["For the first: unread, dismissed"]);
    const tab = await openApp(context, story.site());
    const toldOfTheEnd = tab.evaluate(() => new Promise((resolve) => client.addEventListener("signedout", resolve)));
    expect([await isKept(back, "For the first"), await isKept(back, "For the second")]).toEqual([true, true]);
    await back.evaluate(() => client.signOut());
    await toldOfTheEnd;
    expect([await isKept(tab, "For the first"), await isKept(tab, "For the second")]).toEqual([false, true]);
    // It was unsent, and sent before all was forgotten.
    expect(await stateOf(id, first)).toBe("unread, dismissed");
  });
});
