import { launch, type Browser, type CDPSession, type Page } from "puppeteer-core";
import { browserPath } from "../../support/browsers.ts";

/**
 * Starts a real Chromium that may show notifications on an origin without being asked. `profile`: a folder that outlives it; without one
 * nothing does.
 */
export const launchChromium = async (origin: string, profile?: string): Promise<Browser> => {
  const browser = await launch({
    browser: "chrome",
    executablePath: browserPath("chromium") ?? "",
    headless: true,
    timeout: 30_000,
    ...(profile !== undefined && { userDataDir: profile }),
    // As root, as in most containers, its sandbox cannot be had.
    args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-dev-shm-usage"] : [],
  });
  await browser
    .defaultBrowserContext()
    .setPermission(origin, { permission: { name: "notifications" }, state: "granted" });
  return browser;
};

/**
 * Hands a push message to the service worker of a page's origin, decrypted, as Chromium's push service would: offline it cannot subscribe.
 * https://chromedevtools.github.io/devtools-protocol/tot/ServiceWorker/#method-deliverPushMessage
 */
export const deliverPush = (page: Page, data: string): Promise<void> =>
  toWorkerOf(page, (session, worker) => session.send("ServiceWorker.deliverPushMessage", { ...worker, data }));

/** Wakes the service worker of a page's origin, as Chromium does an installed app's, twice a day at most. */
export const wakePeriodically = (page: Page, tag: string): Promise<void> =>
  toWorkerOf(page, (session, worker) => session.send("ServiceWorker.dispatchPeriodicSyncEvent", { ...worker, tag }));

type Worker = { readonly origin: string; readonly registrationId: string };

const toWorkerOf = async (
  page: Page,
  send: (session: CDPSession, worker: Worker) => Promise<unknown>,
): Promise<void> => {
  const { origin } = new URL(page.url());
  const session = await page.createCDPSession();
  const registered = new Promise<string>((resolve) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const own = registrations.find(({ scopeURL, isDeleted }) => scopeURL.startsWith(origin) && !isDeleted);
      if (own) resolve(own.registrationId);
    });
  });
  await session.send("ServiceWorker.enable");
  await send(session, { origin, registrationId: await registered });
  await session.detach();
};
