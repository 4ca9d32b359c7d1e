import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { until } from "../../support/until.ts";
import { appStory, type AppStory } from "./app-story.ts";
import { launchChromium } from "./chromium.ts";

/** Where the stories of a client happen: on pages of another origin than the service's, in one Chromium for all stories of a file. */
export type ClientStory = AppStory & {
  /** As good as a profile of the story's own. */
  readonly context: () => BrowserContext;
  /** What the user sees on a page: each notification with its states, `Dinner?: unread, dismissed`. */
  readonly seen: (page: Page) => Promise<readonly string[]>;
  /** Resolves once that is all that is seen. */
  readonly sees: (page: Page, wanted: readonly string[]) => Promise<unknown>;
  /** Has the page's client sync; resolves to the kind of the answer. */
  readonly synced: (page: Page) => Promise<string>;
};

/** Registers what has to happen before and after the stories; to be called once, where they are described. */
export const clientStory = (): ClientStory => {
  const story = appStory();
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    browser = await launchChromium(story.site().origin);
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    context = await browser.createBrowserContext();
    const permission = { permission: { name: "notifications" }, state: "granted" } as const;
    await context.setPermission(story.site().origin, permission);
  });
  afterEach(() => context.close());

  const seen: ClientStory["seen"] = (page) =>
    page.evaluate(async () =>
      (await client.notifications()).map(
        ({ payload, readState, userActionState }) => `${payload.rawContent}: ${readState}, ${userActionState}`,
      ),
    );
  const sees: ClientStory["sees"] = (page, wanted) => {
    const isSo = async (): Promise<boolean> => {
      expect(await seen(page)).toEqual(wanted);
      return true;
    };
    return until(isSo, { what: `the page shows ${wanted.join("; ")}` });
  };
  return {
    ...story,
    context: () => context,
    seen,
    sees,
    synced: (page) => page.evaluate(async () => (await client.sync()).kind),
  };
};
