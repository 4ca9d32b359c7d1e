import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const names = {
  firefox: { setting: "FIREFOX_PATH", programs: ["firefox-esr", "firefox"] },
  chromium: { setting: "CHROMIUM_PATH", programs: ["chromium", "chromium-browser", "google-chrome"] },
} as const;

export type BrowserName = keyof typeof names;

/** What installs both, where it was tried: Debian and its kin. */
export const installCommand = "sudo apt-get install --no-install-recommends firefox-esr chromium";

/** Where a browser is: what FIREFOX_PATH or CHROMIUM_PATH says, or a program on the PATH. Undefined when there is none. */
export const browserPath = (
  name: BrowserName,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined => {
  const { setting, programs } = names[name];
  const folders = (env.PATH ?? "").split(delimiter);
  const candidates = programs.flatMap((program) => folders.map((folder) => join(folder, program)));
  return env[setting] ?? candidates.find(isProgram);
};

/** The browsers that are not there. */
export const missingBrowsers = (): readonly BrowserName[] =>
  (Object.keys(names) as BrowserName[]).filter((name) => browserPath(name) === undefined);

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
