import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { expect } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import type { UserNotificationClient } from "../../../shared/client/fanfare.ts";
import { until } from "../../support/until.ts";
import type { AppSite } from "./app-site.ts";

declare global {
  // What the app's page of `startAppSite` puts on its window.
  var client: UserNotificationClient;
  var registration: ServiceWorkerRegistration;
  var isReady: boolean | undefined;
}

/** A toast as the browser lists it. */
export type ShownToast = { readonly title: string; readonly body: string; readonly tag: string };

/**
 * Opens the app in a new tab, or in a window of its own; its worker is in charge when this resolves. One after another: two windows that
 * Chromium is asked for at once, without a screen, become tabs of one.
 */
export const openApp = async (
  browser: Browser | BrowserContext,
  { origin }: AppSite,
  type: "tab" | "window" = "tab",
): Promise<Page> => {
  const page = await browser.newPage(type === "window" ? { type } : undefined);
  await page.goto(origin);
  // By the clock: a page that is hidden draws no frames, by which it would be asked else.
  await page.waitForFunction(() => globalThis.isReady, { polling: 20 });
  return page;
};

/** Subscribes the browser by its push service; resolves to its UNSID and endpoint. */
export const subscribe = async (page: Page): Promise<{ readonly unsid: string; readonly endpoint: string }> =>
  page.evaluate(async () => {
    const answer = await client.subscribe({ registration, displayName: "A browser" });
    if (answer.kind !== "ok") throw new Error(`not subscribed: ${JSON.stringify(answer)}`);
    const subscription = await registration.pushManager.getSubscription();
    return { unsid: answer.value.userNotificationSubscriptionId, endpoint: subscription?.endpoint ?? "" };
  });

/** Subscribes a browser that cannot: a virtual device is subscribed in its name. */
export const subscribeAs = async (page: Page, { channel }: NewDevice, displayName: string): Promise<void> => {
  const answer = await page.evaluate(
    (json, name) => {
      const subscription = { toJSON: () => json, options: { applicationServerKey: null, userVisibleOnly: true } };
      return client.subscribeWith(subscription, { displayName: name });
    },
    channel,
    displayName,
  );
  expect(answer).toMatchObject({ kind: "ok" });
};

/** The toasts that the app's origin shows now; any page of the origin can tell. */
export const toastsOf = (page: Page): Promise<readonly ShownToast[]> =>
  page.evaluate(async () => {
    const shown = await (await navigator.serviceWorker.ready).getNotifications();
    return shown.map(({ title, body, tag }) => ({ title, body, tag }));
  });

/** Resolves once the browser shows exactly these, by what stands in them, in any order. In Chromium not while a push is under way. */
export const showsToasts = async (page: Page, bodies: readonly string[], within = 10_000): Promise<void> => {
  const isShown = async (): Promise<boolean> => {
    const shown = (await toastsOf(page)).map(({ body }) => body);
    if (shown.toSorted().join("\n") === bodies.toSorted().join("\n")) return true;
    throw new Error(`it shows: ${JSON.stringify(shown)}`);
  };
  await until(isShown, { within, what: `the browser shows ${JSON.stringify(bodies)}` });
};
