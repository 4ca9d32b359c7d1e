import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser } from "puppeteer-core";
import { expect, it } from "vitest";
import { storePromises } from "../client/store/store-contract.ts";
import { launchChromium } from "./support/chromium.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { launchFirefox } from "./support/firefox.ts";
import { startSite } from "./support/site.ts";

/** The suite and the store as one script that a page runs: each promise in a database of its own; the broken ones with what is wrong. */
const script = async (): Promise<string> => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { storePromises } from "./test/client/store/store-contract.ts";
        import { indexedDbLocalStore } from "./shared/client/local-store.indexed-db.ts";
        window.brokenPromises = async () => {
          const broken = [];
          for (const { promise, isKept } of storePromises) {
            const place = { indexedDB, baseUrl: "https://push.contoso.com", targetHostName: "app.contoso.com", account: promise };
            await isKept(() => indexedDbLocalStore(place)).catch((error) => broken.push(promise + ": " + error));
          }
          return broken;
        };`,
      resolveDir: fileURLToPath(new URL("../..", import.meta.url)),
    },
    bundle: true,
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
};

/** What the store has not kept in this browser. IndexedDB wants an origin, hence the server. */
const brokenIn = async (launched: (origin: string) => Promise<Browser>): Promise<unknown> => {
  const text = `<!doctype html><meta charset="utf-8"><script>${await script()}</script>`;
  const site = await startSite((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(text));
  try {
    const browser = await launched(site.origin);
    try {
      const page = await browser.newPage();
      await page.goto(site.origin);
      return await page.evaluate("window.brokenPromises()");
    } finally {
      await browser.close();
    }
  } finally {
    await site.close();
  }
};

const promised = `keeps all ${storePromises.length} promises of the local store`;

describeBrowser("chromium", "IndexedDB", () => {
  it(promised, async () => expect(await brokenIn(launchChromium)).toEqual([]));
});
describeBrowser("firefox", "IndexedDB", () => {
  it(promised, async () =>
    // It is not to push anything.
    expect(await brokenIn(() => launchFirefox({ pushUrl: "ws://127.0.0.1:9/" }))).toEqual([]),
  );
});
