import type { TestProject } from "vitest/node";
import { installCommand, missingBrowsers } from "./browsers.ts";

/** Vitest's global setup: says at the end what real browsers would have shown and did not. */
export default ({ config }: TestProject) =>
  (): void => {
    const isTheirRun = config.include.some((pattern) => pattern.startsWith("test/browser/"));
    const missing = missingBrowsers();
    const install = missing.length > 0 ? ` Missing: ${missing.join(", ")}; "${installCommand}" installs them.` : "";
    if (!isTheirRun) console.log(`\nSkipped: the tests in real browsers, which "npm run test:browser" runs.${install}`);
    else if (install) console.log(`\nSkipped: what needs a browser that is not here.${install}`);
  };
