import type { Browser } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { startStack, type LocalStack } from "../../support/stack.ts";
import type { Site } from "./site.ts";

/** Where the stories of one file happen: a stack and a site for all of them, and a user of its own for each. */
export type StackStory<S extends Site> = {
  readonly site: () => S;
  readonly stack: () => LocalStack;
  readonly user: () => string;
  /** A browser that is closed when the story ends. */
  readonly opened: (launching: Promise<Browser>) => Promise<Browser>;
  /** Closes them before that. */
  readonly closeBrowsers: () => Promise<void>;
};

/**
 * Registers what has to happen before and after the stories; to be called once, where they are described. The site is there before the
 * stack, which allows its origin, and is told of it by `meet`. What the stack has printed is told when a story fails.
 */
export const stackStory = <S extends Site>(
  startSite: () => Promise<S>,
  meet: (site: S, stack: LocalStack) => Promise<void> | void = () => undefined,
): StackStory<S> => {
  let site: S;
  let stack: LocalStack;
  let user = "";
  const browsers: Browser[] = [];
  const closeBrowsers = async (): Promise<void> => {
    await Promise.all(browsers.splice(0).map((browser) => browser.close()));
  };
  beforeAll(async () => {
    site = await startSite();
    stack = await startStack({ env: { CORS_ALLOWED_ORIGINS: site.origin } });
    await meet(site, stack);
  });
  afterAll(async () => {
    await stack.stop();
    await site.close();
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => console.error(stack.output()));
    user = `${crypto.randomUUID()}@contoso.com`;
  });
  afterEach(closeBrowsers);
  return {
    site: () => site,
    stack: () => stack,
    user: () => user,
    opened: async (launching) => {
      const browser = await launching;
      browsers.push(browser);
      return browser;
    },
    closeBrowsers,
  };
};
