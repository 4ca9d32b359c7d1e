import type { Node } from "web-tree-sitter";

/** Something that a Bicep file declares under a name. */
export type Declared = {
  readonly kind: "parameter" | "variable" | "resource" | "module" | "output" | "type";
  /** Of a nested resource: `parent::child`. */
  readonly name: string;
  readonly node: Node;
  /** Its decorators by their names, each with the texts of its arguments. */
  readonly decorators: Readonly<Record<string, readonly string[]>>;
  /** The resource that it is nested in. */
  readonly parent?: Declared;
};

/** All that a file declares, in the order it stands there; what is nested follows what it is nested in. */
export const declaredIn = (file: Node): readonly Declared[] =>
  file.namedChildren.flatMap((node, index) => {
    const kind = kinds[node.type];
    if (kind === undefined) return [];
    const before = file.namedChildren[index - 1];
    const decorators = before?.type === "decorators" ? decoratorsIn(before) : {};
    return withNested({ kind, name: nameOf(node), node, decorators });
  });

const kinds: Readonly<Record<string, Declared["kind"] | undefined>> = {
  parameter_declaration: "parameter",
  variable_declaration: "variable",
  resource_declaration: "resource",
  module_declaration: "module",
  output_declaration: "output",
  type_declaration: "type",
};

const withNested = (declared: Declared): readonly Declared[] => {
  if (declared.kind !== "resource") return [declared];
  const children = (declared.node.children.find(({ type }) => type === "object")?.namedChildren ?? []).flatMap(
    (property) => property.namedChildren.filter(({ type }) => type === "resource_declaration"),
  );
  const nested = children.flatMap((node) =>
    withNested({
      kind: "resource",
      name: `${declared.name}::${nameOf(node)}`,
      node,
      decorators: {},
      parent: declared,
    }),
  );
  return [declared, ...nested];
};

const decoratorsIn = (node: Node): Declared["decorators"] =>
  Object.fromEntries(
    node.namedChildren.flatMap((decorator) => {
      const call = decorator.namedChildren[0];
      const [name, given] = call?.namedChildren ?? [];
      return name ? [[name.text, (given?.namedChildren ?? []).map(({ text }) => text)]] : [];
    }),
  );

const nameOf = (node: Node): string => node.children.find(({ type }) => type === "identifier")?.text ?? "";

/** What stands behind the `=`. Throws when nothing does. */
export const assignedTo = (node: Node): Node => {
  const at = node.children.findIndex(({ type }) => type === "=");
  const value = at < 0 ? undefined : node.children.slice(at + 1).find(({ type }) => type !== "comment");
  if (!value) throw new Error(`the parameter ${nameOf(node)} is missing`);
  return value;
};

/** The resource's type and version, or the module's path. */
export const literalOf = (node: Node): string =>
  node.children.find(({ type }) => type === "string")?.text.slice(1, -1) ?? "";
