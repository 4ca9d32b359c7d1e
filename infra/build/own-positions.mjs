// Of the app's bundle nine tenths are packages. Node reads a source map whole for the first stack it prints, and keeps it as objects: with
// the packages' lines that is half a second of standing still, and some 80 MB of memory from then on. So the map tells our own lines, and of
// a package the file alone.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

/** An esbuild plugin: whatever stands in a package's file is said to stand at its beginning. It changes the source map, and nothing else. */
export const ownPositions = {
  name: "own positions",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => {
      // esbuild follows the map that a file brings along, and the last one if there are several.
      const map = JSON.stringify({ version: 3, sources: [basename(path)], sourcesContent: [""], mappings: "AAAA" });
      const url = `data:application/json;base64,${Buffer.from(map).toString("base64")}`;
      return { contents: `${await readFile(path, "utf8")}\n//# sourceMappingURL=${url}`, loader: "js" };
    }),
};
