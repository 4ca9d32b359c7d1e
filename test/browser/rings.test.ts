import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "puppeteer-core";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { openApp, showsToasts, subscribe, toastsOf } from "./support/app-page.ts";
import { appStory } from "./support/app-story.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { launchFirefox } from "./support/firefox.ts";

describeBrowser("firefox", "one notification, a real browser", () => {
  const story = appStory();
  const { blank, post } = story;

  const firefox = (profile?: string): Promise<Browser> => {
    const pushUrl = story.stack().stack.webpush.browserUrl;
    return story.opened(launchFirefox({ pushUrl, ...(profile !== undefined && { profile }) }));
  };
  /** What the browsers themselves said of the pushes they were handed: 100 is "decrypted and given to the worker". */
  const acks = async (endpoint: string): Promise<readonly unknown[]> => {
    const device = (await story.stack().push.devices()).find(({ channel }) => channel.endpoint === endpoint);
    return (await story.stack().push.received())
      .filter(({ deviceId }) => deviceId === device?.deviceId)
      .map(({ ack }) => ack);
  };
  /** The user's, as the service lists them. */
  const subscriptions = async (): Promise<readonly { readonly channelState: string }[]> =>
    (await story.asked("/subscriptions")).value as { channelState: string }[];

  test("subscribed on the page, it decrypts what the app server posts, shows it once, and replaces it", async () => {
    const page = await openApp(await firefox(), story.site());
    const { unsid, endpoint } = await subscribe(page);
    await post("Dinner is ready", { unsid, appNotificationId: "dinner" });
    await showsToasts(page, ["Dinner is ready"]);
    await until(async () => (await acks(endpoint)).length === 1, { what: "the browser has said what it made of it" });
    await post("Dinner is cold", { unsid, appNotificationId: "dinner" });
    await showsToasts(page, ["Dinner is cold"]);
    await until(async () => (await acks(endpoint)).length === 2, { what: "and of its replacement" });
    expect(await acks(endpoint)).toEqual([100, 100]);
  });

  test("what is too large for a push is fetched by the worker, with no tab open", async () => {
    const browser = await firefox();
    const page = await openApp(browser, story.site());
    const { unsid } = await subscribe(page);
    const watching = await blank(browser);
    await page.close();
    await post("Dinner, ".repeat(1_000), { unsid, appNotificationId: "menu" });
    const bodies = async (): Promise<readonly string[]> => (await toastsOf(watching)).map(({ body }) => body);
    const isShown = async (): Promise<boolean> => (await bodies()).some((body) => /^(Dinner, ){20}/.test(body));
    await until(isShown, { what: "a toast with its beginning" });
    expect(await bodies()).toHaveLength(1);
  });

  test("dismissed on the phone, the toast goes away while a tab is open", async () => {
    const phone = await story.stack().device(story.user(), undefined, "iOS");
    const page = await openApp(await firefox(), story.site());
    const { unsid } = await subscribe(page);
    await page.evaluate(() => void client.live());
    const id = await post("Dinner?", { unsid });
    await showsToasts(page, ["Dinner?"]);
    await story.stack().pushTo("iOS").act(phone.deviceId, { notificationId: id, action: "dismiss" });
    await showsToasts(page, []);
  });

  test("dismissed on the phone while no tab is open, the toast goes away with the next push", async () => {
    const phone = await story.stack().device(story.user(), undefined, "iOS");
    const browser = await firefox();
    const page = await openApp(browser, story.site());
    const { unsid } = await subscribe(page);
    const watching = await blank(browser);
    await page.close();
    const first = await post("Dinner?", { unsid });
    await showsToasts(watching, ["Dinner?"]);
    await story.stack().pushTo("iOS").act(phone.deviceId, { notificationId: first, action: "dismiss" });
    await post("Tea?", { unsid });
    await showsToasts(watching, ["Tea?"]);
  });

  test("two profiles are two devices of one user: both ring, and what one reads goes quiet on the other", async () => {
    const [one, other] = await Promise.all([firefox(), firefox()]);
    const [first, second] = [await openApp(one, story.site()), await openApp(other, story.site())];
    const { unsid } = await subscribe(first);
    await subscribe(second);
    await second.evaluate(() => void client.live());
    const id = await post("Dinner?", { unsid });
    await Promise.all([showsToasts(first, ["Dinner?"]), showsToasts(second, ["Dinner?"])]);
    await first.evaluate((it) => client.markRead(it), id);
    await Promise.all([showsToasts(first, []), showsToasts(second, [])]);
  });

  test("a browser that was closed rings for what came meanwhile, under the subscription it had", async () => {
    const profile = await mkdtemp(join(tmpdir(), "fanfare-firefox-"));
    try {
      const before = await firefox(profile);
      const { unsid } = await subscribe(await openApp(before, story.site()));
      await before.close();
      await post("While you were away", { unsid });
      await showsToasts(await blank(await firefox(profile)), ["While you were away"], 20_000);
    } finally {
      await story.closeBrowsers();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  test("unsubscribed by the browser itself, its endpoint is gone, and the service stops pushing to it", async () => {
    const page = await openApp(await firefox(), story.site());
    const { unsid } = await subscribe(page);
    await page.evaluate(async () => (await registration.pushManager.getSubscription())?.unsubscribe());
    await post("Anybody?", { unsid });
    const isGone = async (): Promise<boolean> => (await subscriptions())[0]?.channelState === "gone";
    await until(isGone, { what: "the service has pruned the channel" });
  });

  test("unsubscribed by the client, or signed out, neither browser nor service knows of a subscription any more", async () => {
    const page = await openApp(await firefox(), story.site());
    const isSubscribed = (): Promise<boolean> =>
      page.evaluate(async () => (await registration.pushManager.getSubscription()) !== null);
    const first = await subscribe(page);
    expect([await isSubscribed(), (await subscriptions()).length]).toEqual([true, 1]);
    expect(await page.evaluate(() => client.unsubscribe())).toEqual({ kind: "ok" });
    expect([await isSubscribed(), await subscriptions()]).toEqual([false, []]);
    expect((await story.stack().post({}, { unsid: first.unsid })).status).toBe(403);

    const second = await subscribe(page);
    expect(second.endpoint).not.toBe(first.endpoint);
    await post("Dinner?", { unsid: second.unsid });
    await showsToasts(page, ["Dinner?"]);
    await page.evaluate(() => client.signOut());
    await showsToasts(page, []);
    expect([await isSubscribed(), await subscriptions()]).toEqual([false, []]);
    expect((await story.stack().post({}, { unsid: second.unsid })).status).toBe(403);
    const endpoints = (await story.stack().push.devices()).map(({ channel }) => channel.endpoint);
    for (const { endpoint } of [first, second]) expect(endpoints).not.toContain(endpoint);
  });
});
