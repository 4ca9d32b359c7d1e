import type { Page } from "puppeteer-core";

/** The `<fanfare-inbox>` on a page, as its user sees it and uses it. */
export type InboxOnPage = {
  /** Resolves once it shows exactly these headlines. */
  readonly shows: (...headlines: readonly string[]) => Promise<unknown>;
  /** Resolves once there is something of this selector in it: puppeteer's own wait does not see what changes below a shadow root. */
  readonly appears: (selector: string) => Promise<unknown>;
  /** The accessible name of what has the keyboard's focus. */
  readonly focused: () => Promise<string>;
  /** Presses the button of this accessible name. */
  readonly press: (name: string) => Promise<void>;
  /** Presses one of the controls outside the rows. */
  readonly control: (name: string) => Promise<void>;
};

const timeout = 15_000;

/** `page` is asked for each time: stories may each have one of their own. */
export const inboxOn = (page: () => Page): InboxOnPage => ({
  shows: (...headlines) =>
    page().waitForFunction(
      (wanted) =>
        JSON.stringify(
          [...(document.querySelector("fanfare-inbox")?.shadowRoot?.querySelectorAll("li .headline") ?? [])].map(
            (one) => one.textContent,
          ),
        ) === wanted,
      { timeout },
      JSON.stringify(headlines),
    ),
  appears: (selector) =>
    page().waitForFunction(
      (wanted) => document.querySelector("fanfare-inbox")?.shadowRoot?.querySelector(wanted),
      { timeout },
      selector,
    ),
  focused: () =>
    page().evaluate(() => {
      const held = document.querySelector("fanfare-inbox")?.shadowRoot?.activeElement;
      return held?.getAttribute("aria-label") ?? held?.textContent ?? "";
    }),
  press: (name) => page().locator(`fanfare-inbox >>> [aria-label="${name}"]`).click(),
  control: (name) => page().locator(`fanfare-inbox >>> [data-control="${name}"]`).click(),
});

/** Resolves once what the page has at this selector says so. */
export const says = (page: Page, selector: string, text: string): Promise<unknown> =>
  page.waitForFunction(
    (where, what) => document.querySelector(where)?.textContent.includes(what),
    { timeout: 20_000 },
    selector,
    text,
  );

/** From the local stack's page to its sign-in and back again, as this user. */
export const signIn = async (page: Page, { upn, password }: { upn: string; password: string }): Promise<void> => {
  await page.locator("#sign-in button").click();
  await page.locator("#username").fill(upn);
  await page.locator("#password").fill(password);
  await page.locator("button").click();
  await says(page, "#who", upn);
};
