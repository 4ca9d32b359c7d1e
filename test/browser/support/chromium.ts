import { launch, type Browser } from "puppeteer-core";
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
