import type { Target } from "puppeteer-core";
import { expect, test } from "vitest";
import type { UserNotificationClient } from "../../shared/client/fanfare.ts";
import { openApp, showsToasts, subscribeAs } from "./support/app-page.ts";
import { deliverPush } from "./support/chromium-worker.ts";
import { clientStory } from "./support/client-story.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { requestsOf } from "./support/page-requests.ts";

declare global {
  // What the service's script puts on its worker's global scope.
  var fanfare: { readonly UserNotificationClient: typeof UserNotificationClient };
}

describeBrowser("chromium", "the client, on a page and in the service worker", () => {
  const story = clientStory();
  const { post, becomes, seen, sees, synced } = story;

  test("a push that fits is taken as it is; after one that was lost the feed is read, by page and worker", async () => {
    const page = await openApp(story.context(), story.site());
    const device = await story.stack().push.createDevice();
    await subscribeAs(page, device, "A browser");
    expect(await synced(page)).toBe("ok");
    const { answers } = requestsOf(page);
    /** Posts it, and resolves to what the browser is pushed of it. */
    const pushed = async (rawContent: string): Promise<string> => {
      await post(rawContent);
      const isIt = (content: string | null): boolean => content?.includes(rawContent) ?? false;
      return (
        (await story.stack().push.waitFor((one) => one.deviceId === device.deviceId && isIt(one.content))).content ?? ""
      );
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
    const page = await openApp(story.context(), story.site());
    const { answers } = requestsOf(page);
    const device = await story.stack().device(story.user());
    const id = await post("Dinner?");
    const isWorker = (one: Target): boolean => one.url() === `${story.site().origin}/service-worker.js`;
    const worker = await (await story.context().waitForTarget(isWorker)).worker();
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
});
