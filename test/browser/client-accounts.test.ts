import type { Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { openApp } from "./support/app-page.ts";
import { clientStory } from "./support/client-story.ts";
import { describeBrowser } from "./support/describe-browser.ts";

describeBrowser("chromium", "the client, one user after another", () => {
  const story = clientStory();
  const { post, signIn, stateOf, seen, sees, synced } = story;

  test("who signs in after another sees and sends nothing of theirs, and after a sign-out there is nothing left of it", async () => {
    const [first, second] = [story.user(), `${crypto.randomUUID()}@contoso.com`];
    /** Whether anything in the browser's databases says this. */
    const isKept = (page: Page, text: string): Promise<boolean> =>
      page.evaluate(async (wanted) => {
        const settled = <T>(request: IDBRequest<T>): Promise<T> =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(new Error(String(request.error)));
          });
        for (const { name = "" } of await indexedDB.databases()) {
          const database = await settled(indexedDB.open(name));
          for (const store of database.objectStoreNames) {
            const rows = await settled(database.transaction(store).objectStore(store).getAll());
            if (JSON.stringify(rows).includes(wanted)) return true;
          }
          database.close();
        }
        return false;
      }, text);

    const page = await openApp(story.context(), story.site());
    const id = await post("For the first");
    expect(await synced(page)).toBe("ok");
    await page.setOfflineMode(true);
    await page.evaluate((it) => client.dismiss(it), id);
    await page.close();

    signIn(second);
    const next = await openApp(story.context(), story.site());
    await next.evaluate(() => void client.live());
    await post("For the second");
    await sees(next, ["For the second: unread, noInteraction"]);
    expect(await stateOf(id, first)).toBe("unread, noInteraction");
    await next.close();

    signIn(first);
    const back = await openApp(story.context(), story.site());
    expect(await seen(back)).toEqual(["For the first: unread, dismissed"]);
    const tab = await openApp(story.context(), story.site());
    const toldOfTheEnd = tab.evaluate(() => new Promise((resolve) => client.addEventListener("signedout", resolve)));
    expect([await isKept(back, "For the first"), await isKept(back, "For the second")]).toEqual([true, true]);
    await back.evaluate(() => client.signOut());
    await toldOfTheEnd;
    expect([await isKept(tab, "For the first"), await isKept(tab, "For the second")]).toEqual([false, true]);
    // It was unsent, and sent before all was forgotten.
    expect(await stateOf(id, first)).toBe("unread, dismissed");
  });
});
