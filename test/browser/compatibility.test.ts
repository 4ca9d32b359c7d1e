import type { Browser, Page } from "puppeteer-core";
import { expect, test } from "vitest";
import type { NewDevice } from "../../infra/local/push/control-client.ts";
import type { OldBundle } from "../contracts/compatibility/old-app.ts";
import { showsToasts } from "./support/app-page.ts";
import { deliverPush } from "./support/chromium-worker.ts";
import { launchChromium } from "./support/chromium.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { launchFirefox } from "./support/firefox.ts";
import { startOldAppSite } from "./support/old-app-site.ts";
import { stackStory } from "./support/stack-story.ts";

declare global {
  // What the old app's page puts on its window.
  var bundle: OldBundle;
}

const { site, stack, user, opened } = stackStory(startOldAppSite, (old, itsStack) => old.move(itsStack));

const open = async (
  launching: Promise<Browser>,
  prepare: (page: Page) => Promise<unknown> = () => Promise.resolve(),
): Promise<Page> => {
  const page = await (await opened(launching)).newPage();
  await prepare(page);
  await page.goto(site().origin);
  await page.evaluate((token) => localStorage.setItem("token", token), await stack().token({ user: user() }));
  await page.reload(); // as after signing in: the page makes its client with the token it finds
  return page;
};

type Posted = { readonly id: string; readonly status: number };
const post = async (rawContent: string, unsid: string): Promise<Posted> => {
  const { status, json } = await stack().post({ payload: { rawContent } }, { unsid });
  return { id: String(json.id), status };
};

/** Everything the old app's users do. `hand` brings a push to the browser, where no push service does. */
const story = async (page: Page, hand: () => Promise<void> = () => Promise.resolve()): Promise<void> => {
  expect(await page.evaluate((host) => bundle.subscribe(host), stack().stack.apps[0]!.hostName)).toBe(true);
  const unsid = await page.evaluate(() => String(bundle.answer.userNotificationSubscriptionId));

  const small = await post("Dinner is ready", unsid);
  await hand();
  await showsToasts(page, ["Dinner is ready"]);

  await page.evaluate(() => bundle.refreshToken());
  const content = "large ".repeat(1_000);
  const large = await post(content, unsid);
  await hand();
  await showsToasts(page, ["Dinner is ready", content]);

  expect(await page.evaluate(() => bundle.getAll())).toEqual([content, "Dinner is ready"]);
  expect(await page.evaluate((id) => bundle.setRead(id, true), small.id)).toBe(true);
  expect(await page.evaluate((id) => bundle.setAction(id, "Dismissed"), small.id)).toBe(true);
  expect(await page.evaluate((id) => bundle.remove(id), large.id)).toBe(true);
  expect(await page.evaluate(() => bundle.getAll())).toEqual(["Dinner is ready"]);
  const listed = await page.evaluate(() => JSON.stringify(bundle.answer.userNotifications));
  expect(JSON.parse(listed)).toMatchObject([{ id: small.id, status: "updated", readState: true, userActionState: 2 }]);

  expect(await page.evaluate(() => bundle.unsubscribe())).toBe(true);
  expect((await post("Anybody?", unsid)).status).toBe(403);
};

describeBrowser("firefox", "an app written for the original's web SDK", () => {
  test("does all it did, with its two lines changed, over the browser's own push service", async () => {
    await story(await open(launchFirefox({ pushUrl: stack().stack.webpush.browserUrl })));
  });
});

describeBrowser("chromium", "an app written for the original's web SDK", () => {
  /** Chromium's push service is out of reach: a virtual device stands in for it, and what comes for that is handed on. */
  const subscribingAs = (device: NewDevice) => (page: Page) =>
    page.evaluateOnNewDocument((channel) => {
      const subscription = { options: {}, toJSON: () => channel };
      PushManager.prototype.getSubscription = () => Promise.resolve(subscription as unknown as PushSubscription);
    }, device.channel);

  test("does all it did, with its two lines changed", async () => {
    const device = await stack().push.createDevice();
    const page = await open(launchChromium(site().origin), subscribingAs(device));
    let since = 0;
    await story(page, async () => {
      const { seq, content } = await stack().push.waitFor(({ deviceId }) => deviceId === device.deviceId, { since });
      since = seq;
      await deliverPush(page, content ?? "");
    });
  });

  test("may import it as an ES module, too, from another origin, with all that the script's global has", async () => {
    const page = await open(launchChromium(site().origin));
    // As text: what is written here as an import is the test runner's.
    const module = `import("${stack().stack.httpUrl}/client/graph-notifications-library.mjs")`;
    const names = async (of: string): Promise<unknown> =>
      page.evaluate(`(async () => Object.keys(await ${of}).sort())()`);
    expect(await names(module)).toEqual(await names("userNotificationsClient"));
    expect(await names(module)).toContain("UserNotificationApiImpl");
  });
});
