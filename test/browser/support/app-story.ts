import type { Browser, Page } from "puppeteer-core";
import { beforeEach, expect } from "vitest";
import { until } from "../../support/until.ts";
import { startAppSite, type AppSite } from "./app-site.ts";
import { stackStory, type StackStory } from "./stack-story.ts";

/** Who posts: the app's server by a UNSID, or else the user; and under which name, by default one of its own. */
type By = { readonly unsid?: string; readonly appNotificationId?: string };

/** Where the stories of an app happen that uses the client; whoever opens or reloads it is the story's user. */
export type AppStory = StackStory<AppSite> & {
  /** Whoever opens or reloads the app from now on is this user. */
  readonly signIn: (name: string) => void;
  /** A tab of the app's origin without any client: it tells what is shown and does nothing about it. */
  readonly blank: (browser: Browser) => Promise<Page>;
  /** Posts raw content, new or in place of what had its name; resolves to its id. */
  readonly post: (rawContent: string, by?: By) => Promise<string>;
  /** What the service answers the user, or another, below `/me/notifications`. */
  readonly asked: (path: string, request?: RequestInit, whose?: string) => Promise<Record<string, unknown>>;
  /** What the service has of a notification: `unread, dismissed`. */
  readonly stateOf: (id: string, whose?: string) => Promise<string>;
  /** Resolves once it has that of it. */
  readonly becomes: (id: string, state: string) => Promise<unknown>;
  /** The user changes it on another device. */
  readonly change: (id: string, changes: Readonly<Record<string, string>>) => Promise<unknown>;
};

/** Registers what has to happen before and after the stories; to be called once, where they are described. */
export const appStory = (): AppStory => {
  const story = stackStory(startAppSite);
  const { site, stack } = story;
  let user = "";
  const signIn = (name: string): void => {
    user = name;
    site().use(stack(), user);
  };
  beforeEach(() => signIn(story.user()));

  const asked: AppStory["asked"] = async (path, request = {}, whose = user) => {
    const headers = {
      authorization: `Bearer ${await stack().token({ user: whose })}`,
      "content-type": "application/json",
    };
    const answer = await fetch(`${stack().stack.httpUrl}/beta/me/notifications${path}`, { ...request, headers });
    return (await answer.json()) as Record<string, unknown>;
  };
  const stateOf: AppStory["stateOf"] = async (id, whose) => {
    const { readState, userActionState } = await asked(`/${id}`, {}, whose);
    return `${String(readState)}, ${String(userActionState)}`;
  };
  return {
    ...story,
    user: () => user,
    signIn,
    blank: async (browser) => {
      const page = await browser.newPage();
      await page.goto(`${site().origin}/blank`);
      return page;
    },
    post: async (rawContent, { unsid, appNotificationId } = {}) => {
      const named = appNotificationId === undefined ? {} : { appNotificationId };
      const by = unsid === undefined ? { user } : { unsid };
      const { status, text, json } = await stack().post({ ...named, payload: { rawContent } }, by);
      // What has a name may be there already: then it is replaced.
      expect(appNotificationId === undefined ? [201] : [200, 201], text).toContain(status);
      return String(json.id);
    },
    asked,
    stateOf,
    becomes: (id, state) => {
      const isSo = async (): Promise<boolean> => {
        expect(await stateOf(id)).toBe(state);
        return true;
      };
      return until(isSo, { what: `the service has it as ${state}` });
    },
    change: (id, changes) => asked(`/${id}`, { method: "PATCH", body: JSON.stringify(changes) }),
  };
};
