import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { startStack, type LocalStack } from "../../support/stack.ts";
import { startAppSite, type AppSite } from "./app-site.ts";

/** Who posts: the app's server by a UNSID, or else the user; and under which name, by default one of its own. */
type By = { readonly unsid?: string; readonly appNotificationId?: string };

/** Where the stories of one file happen: a stack and an app's site for all of them, and a user of its own for each. */
export type AppStory = {
  readonly site: () => AppSite;
  readonly stack: () => LocalStack;
  readonly user: () => string;
  /** Whoever opens or reloads the app from now on is this user. */
  readonly signIn: (name: string) => void;
  /** A browser that is closed when the story ends. */
  readonly opened: (launching: Promise<Browser>) => Promise<Browser>;
  /** Closes them before that. */
  readonly closeBrowsers: () => Promise<void>;
  /** A tab of the app's origin without any client: it tells what is shown and does nothing about it. */
  readonly blank: (browser: Browser) => Promise<Page>;
  /** Posts raw content, new or in place of what had its name; resolves to its id. */
  readonly post: (rawContent: string, by?: By) => Promise<string>;
  /** What the service answers the user, or another, below `/me/notifications`. */
  readonly asked: (path: string, request?: RequestInit, whose?: string) => Promise<Record<string, unknown>>;
  /** What the service has of a notification: `unread, dismissed`. */
  readonly stateOf: (id: string, whose?: string) => Promise<string>;
};

/** Registers what has to happen before and after the stories; to be called once, where they are described. */
export const appStory = (): AppStory => {
  let site: AppSite;
  let stack: LocalStack;
  let user = "";
  const browsers: Browser[] = [];
  const signIn = (name: string): void => {
    user = name;
    site.use(stack, user);
  };
  const closeBrowsers = async (): Promise<void> => {
    await Promise.all(browsers.splice(0).map((browser) => browser.close()));
  };
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
    signIn(`${crypto.randomUUID()}@contoso.com`);
  });
  afterEach(closeBrowsers);

  const asked: AppStory["asked"] = async (path, request = {}, whose = user) => {
    const headers = {
      authorization: `Bearer ${await stack.token({ user: whose })}`,
      "content-type": "application/json",
    };
    const answer = await fetch(`${stack.stack.httpUrl}/beta/me/notifications${path}`, { ...request, headers });
    return (await answer.json()) as Record<string, unknown>;
  };
  return {
    site: () => site,
    stack: () => stack,
    user: () => user,
    signIn,
    opened: async (launching) => {
      const browser = await launching;
      browsers.push(browser);
      return browser;
    },
    closeBrowsers,
    blank: async (browser) => {
      const page = await browser.newPage();
      await page.goto(`${site.origin}/blank`);
      return page;
    },
    post: async (rawContent, { unsid, appNotificationId } = {}) => {
      const named = appNotificationId === undefined ? {} : { appNotificationId };
      const by = unsid === undefined ? { user } : { unsid };
      const { status, text, json } = await stack.post({ ...named, payload: { rawContent } }, by);
      // What has a name may be there already: then it is replaced.
      expect(appNotificationId === undefined ? [201] : [200, 201], text).toContain(status);
      return String(json.id);
    },
    asked,
    stateOf: async (id, whose) => {
      const { readState, userActionState } = await asked(`/${id}`, {}, whose);
      return `${String(readState)}, ${String(userActionState)}`;
    },
  };
};
