// What Azure gets: the files of dist/package, and no others. They are named here, for of what is not named nothing slips in.
import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { root } from "./files.mjs";

const folder = join(root, "dist/package");
const deployed = [/^[^/]+\.cjs$/, /^docs\//, /^client\/.*(?<!\.map)$/];

/** Of what the build makes those files that are deployed, where they are deployed from, with the host's and the package's own. */
export const packageFiles = async (files) => {
  const chosen = files.flatMap(({ path, contents }) => {
    const name = relative(join(root, "dist"), path).replaceAll(sep, "/");
    return deployed.some((pattern) => pattern.test(name)) ? [{ path: join(folder, name), contents }] : [];
  });
  const [hostJson, packageJson] = await Promise.all(
    ["host.json", "package.json"].map((name) => readFile(join(root, name))),
  );
  const { name, version, license } = JSON.parse(packageJson.toString());
  // The app is one bundle: a package that depends on nothing has nothing installed, whoever tries to.
  const own = `${JSON.stringify({ name, version, license, private: true, main: "main.cjs" }, undefined, 2)}\n`;
  return [
    ...chosen,
    { path: join(folder, "host.json"), contents: hostJson },
    { path: join(folder, "package.json"), contents: Buffer.from(own) },
  ];
};

/** Takes away what an earlier build left there. */
export const removeAllBut = async (files) => {
  const kept = new Set(files.map(({ path }) => path));
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const stale = found.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    // Another build's unfinished file is not ours to take.
    return entry.isFile() && !kept.has(path) && !path.endsWith(".tmp") ? [path] : [];
  });
  await Promise.all(stale.map((path) => rm(path, { force: true })));
};
