import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startStack, type LocalStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { openApp, showsToasts, subscribe, toastsOf } from "./support/app-page.ts";
import { startAppSite, type AppSite } from "./support/app-site.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { launchFirefox } from "./support/firefox.ts";

describeBrowser("firefox", "one notification, a real browser", () => {
  let site: AppSite;
  let stack: LocalStack;
  const browsers: Browser[] = [];
  let user: string;

  beforeAll(async () => {
    site = await startAppSite();
    stack = await startStack({ env: { CORS_ALLOWED_ORIGINS: site.origin } });
  });
  afterAll(async () => {
    await stack.stop();
    await site.close();
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => console.error(stack.output()));
    user = `${crypto.randomUUID()}@contoso.com`;
    site.use(stack, user);
  });
  afterEach(() => Promise.all(browsers.splice(0).map((browser) => browser.close())));

  const firefox = async (profile?: string): Promise<Browser> => {
    const browser = await launchFirefox({
      pushUrl: stack.stack.webpush.browserUrl,
      ...(profile !== undefined && { profile }),
    });
    browsers.push(browser);
    return browser;
  };
  /** What the browsers themselves said of the pushes they were handed: 100 is "decrypted and given to the worker". */
  const acks = async (endpoint: string): Promise<readonly unknown[]> => {
    const device = (await stack.push.devices()).find(({ channel }) => channel.endpoint === endpoint);
    return (await stack.push.received()).filter(({ deviceId }) => deviceId === device?.deviceId).map(({ ack }) => ack);
  };
  const post = async (rawContent: string, unsid: string, appNotificationId = rawContent): Promise<string> => {
    const { status, text, json } = await stack.post({ appNotificationId, payload: { rawContent } }, { unsid });
    expect([200, 201], text).toContain(status);
    return String(json.id);
  };
  /** The user's, as the service lists them. */
  const subscriptions = async (): Promise<readonly { readonly channelState: string }[]> => {
    const answer = await fetch(`${stack.stack.httpUrl}/beta/me/notifications/subscriptions`, {
      headers: { authorization: `Bearer ${await stack.token({ user })}` },
    });
    return ((await answer.json()) as { value: { channelState: string }[] }).value;
  };
  /** A tab of the origin without any client: it tells what is shown and does nothing about it. */
  const blank = async (browser: Browser): Promise<Page> => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/blank`);
    return page;
  };

  test("subscribed on the page, it decrypts what the app server posts, shows it once, and replaces it", async () => {
    const page = await openApp(await firefox(), site);
    const { unsid, endpoint } = await subscribe(page);
    await post("Dinner is ready", unsid, "dinner");
    await showsToasts(page, ["Dinner is ready"]);
    await until(async () => (await acks(endpoint)).length === 1, { what: "the browser has said what it made of it" });
    await post("Dinner is cold", unsid, "dinner");
    await showsToasts(page, ["Dinner is cold"]);
    await until(async () => (await acks(endpoint)).length === 2, { what: "and of its replacement" });
    expect(await acks(endpoint)).toEqual([100, 100]);
  });

  test("what is too large for a push is fetched by the worker, with no tab open", async () => {
    const browser = await firefox();
    const page = await openApp(browser, site);
    const { unsid } = await subscribe(page);
    const watching = await blank(browser);
    await page.close();
    await post("Dinner, ".repeat(1_000), unsid, "menu");
    const bodies = async (): Promise<readonly string[]> => (await toastsOf(watching)).map(({ body }) => body);
    const isShown = async (): Promise<boolean> => (await bodies()).some((body) => /^(Dinner, ){20}/.test(body));
    await until(isShown, { what: "a toast with its beginning" });
    expect(await bodies()).toHaveLength(1);
  });

  test("dismissed on the phone, the toast goes away while a tab is open", async () => {
    const phone = await stack.device(user, undefined, "iOS");
    const page = await openApp(await firefox(), site);
    const { unsid } = await subscribe(page);
    await page.evaluate(() => void client.live());
    const id = await post("Dinner?", unsid);
    await showsToasts(page, ["Dinner?"]);
    await stack.pushTo("iOS").act(phone.deviceId, { notificationId: id, action: "dismiss" });
    await showsToasts(page, []);
  });

  test("dismissed on the phone while no tab is open, the toast goes away with the next push", async () => {
    const phone = await stack.device(user, undefined, "iOS");
    const browser = await firefox();
    const page = await openApp(browser, site);
    const { unsid } = await subscribe(page);
    const watching = await blank(browser);
    await page.close();
    const first = await post("Dinner?", unsid);
    await showsToasts(watching, ["Dinner?"]);
    await stack.pushTo("iOS").act(phone.deviceId, { notificationId: first, action: "dismiss" });
    await post("Tea?", unsid);
    await showsToasts(watching, ["Tea?"]);
  });

  test("two profiles are two devices of one user: both ring, and what one reads goes quiet on the other", async () => {
    const [one, other] = await Promise.all([firefox(), firefox()]);
    const [first, second] = [await openApp(one, site), await openApp(other, site)];
    const { unsid } = await subscribe(first);
    await subscribe(second);
    await second.evaluate(() => void client.live());
    const id = await post("Dinner?", unsid);
    await Promise.all([showsToasts(first, ["Dinner?"]), showsToasts(second, ["Dinner?"])]);
    await first.evaluate((it) => client.markRead(it), id);
    await Promise.all([showsToasts(first, []), showsToasts(second, [])]);
  });

  test("a browser that was closed rings for what came meanwhile, under the subscription it had", async () => {
    const profile = await mkdtemp(join(tmpdir(), "fanfare-firefox-"));
    try {
      const before = await firefox(profile);
      const { unsid } = await subscribe(await openApp(before, site));
      await before.close();
      await post("While you were away", unsid);
      await showsToasts(await blank(await firefox(profile)), ["While you were away"], 20_000);
    } finally {
      await Promise.all(browsers.splice(0).map((browser) => browser.close()));
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  test("unsubscribed by the browser itself, its endpoint is gone, and the service stops pushing to it", async () => {
    const page = await openApp(await firefox(), site);
    const { unsid } = await subscribe(page);
    await page.evaluate(async () => (await registration.pushManager.getSubscription())?.unsubscribe());
    await post("Anybody?", unsid);
    const isGone = async (): Promise<boolean> => (await subscriptions())[0]?.channelState === "gone";
    await until(isGone, { what: "the service has pruned the channel" });
  });

  test("unsubscribed by the client, or signed out, neither browser nor service knows of a subscription any more", async () => {
    const page = await openApp(await firefox(), site);
    const isSubscribed = (): Promise<boolean> =>
      page.evaluate(async () => (await registration.pushManager.getSubscription()) !== null);
    const first = await subscribe(page);
    expect([await isSubscribed(), (await subscriptions()).length]).toEqual([true, 1]);
    expect(await page.evaluate(() => client.unsubscribe())).toEqual({ kind: "ok" });
    expect([await isSubscribed(), await subscriptions()]).toEqual([false, []]);
    expect((await stack.post({}, { unsid: first.unsid })).status).toBe(403);

    const second = await subscribe(page);
    expect(second.endpoint).not.toBe(first.endpoint);
    await post("Dinner?", second.unsid);
    await showsToasts(page, ["Dinner?"]);
    await page.evaluate(() => client.signOut());
    await showsToasts(page, []);
    expect([await isSubscribed(), await subscriptions()]).toEqual([false, []]);
    expect((await stack.post({}, { unsid: second.unsid })).status).toBe(403);
    const endpoints = (await stack.push.devices()).map(({ channel }) => channel.endpoint);
    for (const { endpoint } of [first, second]) expect(endpoints).not.toContain(endpoint);
  });
});
