import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStack, type LocalStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { showsToasts } from "./support/app-page.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { actOnAlert } from "./support/firefox-alerts.ts";
import { launchFirefox } from "./support/firefox.ts";
import { inboxOn, says, signIn } from "./support/inbox-on.ts";

describeBrowser("firefox", "The local stack's inbox page rings", () => {
  let stack: LocalStack;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack();
    browser = await launchFirefox({ pushUrl: stack.stack.webpush.browserUrl });
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });

  const inbox = inboxOn(() => page);
  const send = async (rawContent: string): Promise<void> => {
    await page.locator('[name="title"]').fill("");
    await page.locator('[name="body"]').fill("");
    await page.locator('[name="rawContent"]').fill(rawContent);
    await page.locator("#send button[type=submit]").click();
  };

  test("signed in and turned on, it is rung by what it sends itself; a pressed toast brings its notification to the front, read", async () => {
    const [user] = stack.stack.users;
    await page.goto(stack.stack.httpUrl);
    await signIn(page, user!);

    await page.locator("#notifying button").click();
    await says(page, "#notifying", "rings");
    await send("Your parcel is here");
    await showsToasts(page, ["Your parcel is here"]);
    await until(() => actOnAlert(browser, "Your parcel is here", "click").then(() => true), {
      what: "a toast to press",
    });
    await inbox.appears('[aria-label^="Mark as unread"]');
    await showsToasts(page, []);
  });

  test("dismissed on the PC beside it, its toast goes away", async () => {
    await send("Dinner?");
    await showsToasts(page, ["Dinner?"]);
    const pc = stack.stack.devices.find(({ platformType }) => platformType === "Windows");
    const notificationId = await until(() => notificationIdOf("Dinner?"), { what: "the notification's id" });
    await stack.pushTo("Windows").act(pc?.name ?? "", { notificationId, action: "dismiss" });
    await showsToasts(page, []);
  });

  test("turned off, it is subscribed no more, neither here nor at the service", async () => {
    await page.locator("#notifying button").click();
    await says(page, "#notifying", "turned off here");
    const subscriptions = await listed<{ platformType: string; displayName: string }>("/subscriptions");
    expect(subscriptions.filter(({ displayName }) => displayName.startsWith("Firefox"))).toEqual([]);
    const isSubscribed = await page.evaluate(async () => {
      const { pushManager } = await navigator.serviceWorker.ready;
      return (await pushManager.getSubscription()) !== null;
    });
    expect(isSubscribed).toBe(false);
  });

  const listed = async <T>(path: string): Promise<readonly T[]> => {
    const answer = await fetch(`${stack.stack.httpUrl}/beta/me/notifications${path}`, {
      headers: { authorization: `Bearer ${await stack.token({ user: stack.stack.users[0]?.upn ?? "" })}` },
    });
    return ((await answer.json()) as { value: T[] }).value;
  };
  const notificationIdOf = async (rawContent: string): Promise<string | undefined> =>
    (await listed<{ id: string; payload: { rawContent?: string } }>("")).find(
      ({ payload }) => payload.rawContent === rawContent,
    )?.id;
});
