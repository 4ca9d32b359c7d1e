import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { NewDevice } from "../../infra/local/push/control-client.ts";
import { browserPath } from "../support/browsers.ts";
import { startStack, type LocalStack } from "../support/stack.ts";
import type { SubscribedDevice } from "../support/stack-client.ts";
import { until } from "../support/until.ts";
import { startBareSite, type BareSite } from "./support/bare-site.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { launchFirefox } from "./support/firefox.ts";

describeBrowser("firefox", "the local Web Push service, used by a browser alone", () => {
  let stack: LocalStack;
  let site: BareSite;
  let user: string;
  let endings: (() => unknown)[];

  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());
  beforeEach(async ({ onTestFailed }) => {
    onTestFailed(() => console.error(stack.output(), site.reports()));
    user = `${crypto.randomUUID()}@contoso.com`;
    endings = [];
    site = await startBareSite(async () => {
      const authorization = `Bearer ${await stack.token({ user })}`;
      const answer = await fetch(`${stack.stack.httpUrl}/beta/me/notifications/vapidPublicKey`, {
        headers: { authorization },
      });
      return ((await answer.json()) as { publicKey: string }).publicKey;
    });
  });
  afterEach(async () => {
    for (const end of endings.toReversed()) await end();
    await site.close();
  });

  const newProfile = async (): Promise<string> => {
    const profile = await mkdtemp(join(tmpdir(), "fanfare-firefox-"));
    endings.push(() => rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
    return profile;
  };
  const open = async (profile?: string): Promise<{ browser: Browser; page: Page }> => {
    const pushUrl = stack.stack.webpush.browserUrl;
    const browser = await launchFirefox({ pushUrl, ...(profile !== undefined && { profile }) });
    endings.push(() => browser.close());
    const page = await browser.newPage();
    await page.goto(site.origin);
    return { browser, page };
  };
  /** The browser, as the push service lists it and as the user's device. */
  const subscribed = async (): Promise<SubscribedDevice> => {
    const subscription = JSON.parse(await site.reported("subscribed ")) as NewDevice["channel"];
    const listed = (await stack.push.devices()).find(({ channel }) => channel.endpoint === subscription.endpoint);
    if (!listed) throw new Error("The push service does not list the browser.");
    return stack.subscribe({ ...listed, channel: subscription }, user);
  };
  /** What the browser said of the pushes it was told. */
  const verdicts = async ({ deviceId }: NewDevice) =>
    (await stack.push.received()).filter((one) => one.deviceId === deviceId).map(({ ack }) => ack);
  const acknowledged = (device: NewDevice, count: number): Promise<unknown> =>
    until(async () => (await verdicts(device)).length === count, { what: `${count} verdicts`, within: 20_000 });
  const channelState = async (): Promise<unknown> => {
    const answer = await fetch(`${stack.stack.httpUrl}/beta/me/notifications/subscriptions`, {
      headers: { authorization: `Bearer ${await stack.token({ user })}` },
    });
    return ((await answer.json()) as { value: { channelState: string }[] }).value[0]?.channelState;
  };

  test("it subscribes, decrypts what is pushed, says so, and when it unsubscribes the service stops pushing", async () => {
    const { page } = await open();
    const device = await subscribed();
    await stack.send("Dinner is ready", device);
    expect(await site.reported("pushed ")).toContain("Dinner is ready");
    await acknowledged(device, 1);
    expect(await verdicts(device)).toEqual([100]);
    expect(await stack.push.devices()).toContainEqual(
      expect.objectContaining({ deviceId: device.deviceId, kind: "browser", online: true, waiting: 0 }),
    );
    expect(await channelState()).toBe("active");

    await page.evaluate(async () =>
      (await (await navigator.serviceWorker.ready).pushManager.getSubscription())?.unsubscribe(),
    );
    await stack.send("Anybody?", device);
    await until(async () => (await channelState()) === "gone", { what: "the service has pruned the channel" });
    expect(await stack.attemptsAt(device)).toEqual([201, 410]);
  });

  test("closed and started again with its profile it is still subscribed, and is told what came meanwhile", async () => {
    const profile = await newProfile();
    const { browser } = await open(profile);
    const device = await subscribed();
    await browser.close();
    await until(
      async () => (await stack.push.devices()).some(({ deviceId, online }) => deviceId === device.deviceId && !online),
      { what: "the browser is away" },
    );
    await stack.send("While you were away", device);
    await open(profile);
    const { endpoint } = JSON.parse(await site.reported("still subscribed ")) as NewDevice["channel"];
    expect(endpoint).toBe(device.channel.endpoint);
    expect(await site.reported("pushed ")).toContain("While you were away");
    await acknowledged(device, 1);
    expect(await verdicts(device)).toEqual([100]);
  });

  test("when the push service dies under it, it is back by itself and still subscribed", async () => {
    await open();
    const device = await subscribed();
    await stack.killPart("webpush");
    await stack.partIsBack("webpush");
    await stack.send("Back again", device);
    expect(await site.reported("pushed ")).toContain("Back again");
    await acknowledged(device, 1);
    expect(await verdicts(device)).toEqual([100]);
  });

  test("a service worker that throws at a push is told of in the stack's output", async () => {
    await open();
    const device = await subscribed();
    await stack.send("throw at this", device);
    const told = `${device.name} WebPush !! the service worker threw at a push`;
    await until(() => stack.output().includes(told), { what: told });
  });

  test("a developer's own Firefox rings with the two settings that the docs name", async () => {
    const profile = await newProfile();
    const own = {
      "dom.push.serverURL": stack.stack.webpush.browserUrl,
      "dom.push.testing.allowInsecureServerURL": true,
    };
    // Nobody is there to click "Allow".
    const inPlaceOfAPerson = {
      "permissions.default.desktop-notification": 1,
      "browser.shell.checkDefaultBrowser": false,
    };
    const lines = Object.entries({ ...own, ...inPlaceOfAPerson }).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    await writeFile(join(profile, "user.js"), lines.join(""));
    const program = browserPath("firefox") ?? "";
    const firefox = spawn(program, ["--headless", "--no-remote", "--profile", profile, site.origin], {
      stdio: "ignore",
    });
    endings.push(async () => {
      if (firefox.exitCode !== null || firefox.signalCode !== null) return;
      const gone = once(firefox, "exit");
      firefox.kill("SIGTERM");
      await gone;
    });
    const device = await subscribed();
    await stack.send("Hello, developer", device);
    expect(await site.reported("pushed ")).toContain("Hello, developer");
    await acknowledged(device, 1);
    expect(await verdicts(device)).toEqual([100]);
  });
});
