import { execFile } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const source = join(root, "test/bench/peers/theirs");
/** Beside what is built, where no tool of ours looks at other people's packages. Relative to the repository's root. */
export const installedIn = "dist/peers";
/** A copy of the lock file of what is installed, made last: what an interrupted install left behind is installed anew. */
const doneMark = "installed-lock.json";

/**
 * Puts the peers' programs with their packages, as they are locked, where they can run: `npm ci`, without scripts of packages, the first
 * time and when the lock file has changed. Rejects with npm's own words.
 */
export const install = async (say: (sentence: string) => void, stop: AbortSignal): Promise<void> => {
  const folder = join(root, installedIn);
  await cp(source, folder, { recursive: true });
  const lock = join(folder, "package-lock.json");
  const [wanted, done] = await Promise.all([lock, join(folder, doneMark)].map(textIn));
  if (wanted === done) return;
  say(`installing the peers' packages into ${installedIn} (npm ci; only the first time)`);
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder, signal: stop });
  await cp(lock, join(folder, doneMark));
};

const textIn = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);
