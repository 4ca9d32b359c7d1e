import type { Node } from "web-tree-sitter";
import { knownFunctions, listOf } from "./known-functions.ts";

/** What an expression may ask of the file it stands in. */
export type Scope = {
  /** The value of a name, or of `parent::child`. Throws when there is none. */
  readonly look: (name: string) => unknown;
  /** A file's text, by its path from this one. */
  readonly load: (path: string) => string;
  /** What the deployer's environment has under that name. */
  readonly environmentVariable: (name: string) => string | undefined;
  /** The name of the resource group that is deployed to, if it is another than the deployment's own. */
  readonly group?: string | undefined;
};

/** What a Bicep expression comes to. A condition that does not hold comes to null. Throws at whatever it does not know. */
export const valueOf = (node: Node, scope: Scope): unknown => {
  const parts = partsOf(node);
  const values = (): unknown[] => parts.map((part) => valueOf(part, scope));
  switch (node.type) {
    case "number":
      return Number(node.text);
    case "boolean":
      return node.text === "true";
    case "null":
      return null;
    case "string":
      return textOf(parts, scope);
    case "identifier":
    case "resource_expression":
      return scope.look(node.text);
    case "array":
      return values();
    case "object":
      return Object.fromEntries(
        parts
          .filter((property) => property.firstNamedChild?.type !== "resource_declaration")
          .map((property) => entryOf(property, scope)),
      );
    case "interpolation":
    case "parenthesized_expression":
    case "nullable_type": // `value!`, as the grammar has it
      return values()[0];
    case "member_expression": {
      const [object, property] = parts;
      return memberOf(valueOf(needed(object), scope), needed(property).text, node.text.includes(".?"));
    }
    case "subscript_expression": {
      const [object, index] = values();
      return listOf(object)[Number(index)];
    }
    case "ternary_expression": {
      const [condition, then, otherwise] = parts;
      return valueOf(needed(valueOf(needed(condition), scope) === true ? then : otherwise), scope);
    }
    case "if_statement": {
      const [condition, then] = parts;
      return valueOf(needed(condition), scope) === true ? valueOf(needed(then), scope) : null;
    }
    case "unary_expression":
      return node.child(0)?.type === "-" ? -Number(values()[0]) : values()[0] !== true;
    case "binary_expression": {
      const [left, right] = parts;
      return binary(node.child(1)?.type, valueOf(needed(left), scope), () => valueOf(needed(right), scope));
    }
    case "for_statement": {
      const [name, items, body] = parts;
      return listOf(valueOf(needed(items), scope)).map((item) =>
        valueOf(needed(body), inner(scope, needed(name), item)),
      );
    }
    case "lambda_expression": {
      const [name, body] = parts;
      return (item: unknown) => valueOf(needed(body), inner(scope, needed(name), item));
    }
    case "call_expression": {
      const [name, given] = parts;
      const call = knownFunctions[needed(name).text];
      if (!call) throw new Error(`the function ${name?.text} is not known here`);
      return call(scope, ...partsOf(needed(given)).map((argument) => valueOf(argument, scope)));
    }
    default:
      throw new Error(`${node.type} is not known here: ${node.text.slice(0, 60)}`);
  }
};

const partsOf = (node: Node): Node[] => node.namedChildren.filter(({ type }) => type !== "comment");

/** `''' '''` is taken as it stands, but for a line feed right after its beginning; `' '` has escapes and interpolations. */
const textOf = (parts: readonly Node[], scope: Scope): string =>
  parts
    .map((part) => {
      if (part.type === "string_content") return part.text;
      if (part.type === "escape_sequence") return escapes[part.text] ?? part.text.slice(1);
      return String(valueOf(part, scope));
    })
    .join("");

const escapes: Readonly<Record<string, string>> = { "\\n": "\n", "\\r": "\r", "\\t": "\t" };

const entryOf = (property: Node, scope: Scope): [string, unknown] => {
  const [name, value] = partsOf(property);
  const key = needed(name).type === "string" ? String(valueOf(needed(name), scope)) : needed(name).text;
  return [key, valueOf(needed(value), scope)];
};

const memberOf = (object: unknown, name: string, isOptional: boolean): unknown => {
  const value: unknown = typeof object === "object" && object !== null ? Reflect.get(object, name) : undefined;
  if (value === undefined && !isOptional) throw new Error(`${JSON.stringify(object)} has no ${name}`);
  return value ?? null;
};

const binary = (operator: string | undefined, left: unknown, right: () => unknown): unknown => {
  switch (operator) {
    case "??":
      return left ?? right();
    case "==":
      return left === right();
    case "!=":
      return left !== right();
    case "&&":
      return left === true && right() === true;
    case "||":
      return left === true || right() === true;
    case ">":
      return Number(left) > Number(right());
    case "*":
      return Number(left) * Number(right());
    case "/":
      return Math.trunc(Number(left) / Number(right())); // Bicep's numbers are whole
    default:
      throw new Error(`the operator ${operator} is not known here`);
  }
};

const inner = (scope: Scope, name: Node, value: unknown): Scope => ({
  ...scope,
  look: (asked) => (asked === name.text ? value : scope.look(asked)),
});

const needed = (node: Node | undefined): Node => {
  if (!node) throw new Error("an expression ends too soon");
  return node;
};
