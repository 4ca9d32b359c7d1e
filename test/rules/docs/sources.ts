import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./pages.ts";

const folders = ["functions", "shared", "infra", ".github", "test/support"];
const files = ["host.json", "azure.yaml", "package.json"];
const isSource = (name: string): boolean => /\.(ts|mjs|bicep|bicepparam|json|kql|yml|sh)$/.test(name);

const words = (path: string): readonly string[] =>
  readFileSync(join(root, path), "utf8").match(/[A-Za-z_][\w-]*(?:\.[\w-]+)*/g) ?? [];

/** Every word that stands in what is built and deployed: names alone and, of `a.b.c`, each from its beginning on. */
export const sources: ReadonlySet<string> = new Set(
  [
    ...files,
    ...folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter(isSource)
        .map((name) => join(folder, name)),
    ),
  ]
    .flatMap(words)
    .flatMap((word) => [word, ...word.split(".")]),
);
