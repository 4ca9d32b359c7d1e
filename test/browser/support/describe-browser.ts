import { describe } from "vitest";
import { browserPath, type BrowserName } from "../../support/browsers.ts";

/** Stories told in a real browser; skipped, and said so at the end of the run, where it is not installed. */
export const describeBrowser = (name: BrowserName, title: string, stories: () => void): void => {
  describe.skipIf(browserPath(name) === undefined)(`${title} (${name})`, stories);
};
