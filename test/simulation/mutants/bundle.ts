import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { mutated, type Mutant } from "./mutant.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Where bundles go: inside the repository, or Node would not find the packages they import. */
export const bundlesFolder = join(root, "dist/mutants");

/** Bundles a program of our sources into `outfile`, as `infra/build.mjs` does, with a rule broken if one is given. Throws when that finds no place. */
export const bundle = async (entry: string, outfile: string, mutant?: Mutant): Promise<void> => {
  const broken: string[] = [];
  const breaking = (rule: Mutant): Plugin => ({
    name: "break a rule",
    setup: (hooks) => {
      const path = join(root, rule.file);
      hooks.onLoad({ filter: /\.ts$/ }, async (loaded) => {
        if (loaded.path !== path) return undefined;
        broken.push(path);
        return { contents: mutated(await readFile(path, "utf8"), rule), loader: "ts" };
      });
    },
  });
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    packages: "external",
    sourcemap: "inline",
    logLevel: "silent",
    plugins: mutant ? [breaking(mutant)] : [],
  });
  if (mutant && broken.length === 0)
    throw new Error(`The mutant "${mutant.name}" breaks ${mutant.file}, which the simulation does not use.`);
};
