import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { declaredIn, type Declared } from "./declared.ts";
import { parsedBicep } from "./parsed-bicep.ts";
import type { Node } from "web-tree-sitter";

/** A file of the deployment. */
export type BicepFile = {
  /** From `infra/` on. */
  readonly name: string;
  readonly tree: Node;
  readonly declared: readonly Declared[];
};

const infra = fileURLToPath(new URL("../../../infra/", import.meta.url));

/** All of them, parsed. Throws when one has a syntax error. */
export const bicepFiles: readonly BicepFile[] = ["", "modules"].flatMap((folder) =>
  readdirSync(join(infra, folder))
    .filter((name) => name.endsWith(".bicep"))
    .map((name) => {
      const tree = parsedBicep(join(infra, folder, name));
      return { name: join(folder, name), tree, declared: declaredIn(tree) };
    }),
);

/** Those that a file declares of one kind. */
export const declaredOf = (file: BicepFile, kind: Declared["kind"]): readonly Declared[] =>
  file.declared.filter((one) => one.kind === kind);
