import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Language, Parser, type Node } from "web-tree-sitter";

const require = createRequire(import.meta.url);
await Parser.init();
const parser = new Parser().setLanguage(
  await Language.load(require.resolve("tree-sitter-bicep/tree-sitter-bicep.wasm")),
);

/** A Bicep file's syntax tree. Throws when there is an error in it. */
export const parsedBicep = (path: string): Node => {
  const known = trees.get(path);
  if (known) return known;
  const tree = parsedText(readFileSync(path, "utf8"), path);
  trees.set(path, tree);
  return tree;
};
/** Nodes of one tree remember their children: to walk it once more costs next to nothing. */
const trees = new Map<string, Node>();

/** The grammar knows no parameter files: `param name = value` of one is what `var name = value` is elsewhere. */
export const parsedParameters = (path: string): Node =>
  parsedText(readFileSync(path, "utf8").replaceAll(/^param (?=\w+ = )/gm, "var "), path);

/** The syntax tree of a text, which an error calls `name`. Throws when there is an error in it. */
export const parsedText = (text: string, name: string): Node => {
  const tree = parser.parse(text);
  if (!tree) throw new Error(`${name} was not parsed`);
  const fault = faultIn(tree.rootNode);
  if (fault) throw new Error(`${name}:${fault.startPosition.row + 1} has a syntax error`);
  return tree.rootNode;
};

const faultIn = (node: Node): Node | undefined => {
  if (!node.hasError) return undefined;
  if (node.isError || node.isMissing) return node;
  return node.children.map(faultIn).find((fault) => fault !== undefined) ?? node;
};

/** The node and all nodes below it. */
export const allOf = (node: Node): readonly Node[] => [node, ...node.children.flatMap(allOf)];
