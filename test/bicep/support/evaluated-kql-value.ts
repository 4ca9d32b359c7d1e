import { minutesOf } from "./spans.ts";
import type { KqlNode } from "./kql.ts";

export type Row = Readonly<Record<string, unknown>>;
export type Rows = readonly Row[];

/** What an expression may look at. */
export type Scope = {
  /** What `let` gave a name to, and the tables. */
  readonly names: Row;
  readonly now: number;
  readonly row?: Row;
  /** Of an expression in `summarize`: the rows of the group. */
  readonly rows?: Rows;
};

/** What a scalar expression comes to. Throws at whatever it does not know. */
export const valueOf = (node: KqlNode, scope: Scope): unknown => {
  const { type, parts, words } = node;
  const values = (): unknown[] => parts.map((part) => valueOf(part, scope));
  switch (type) {
    case "LiteralExpression":
      return literalOf(words[0] ?? "");
    case "NameReference":
      return named(parts[0]?.words[0] ?? "", scope);
    case "ParenthesizedExpression":
      return values()[0];
    case "PathExpression": {
      const [object, member] = parts;
      const found = object && valueOf(object, scope);
      return (found as Row | null)?.[member?.parts[0]?.words[0] ?? ""] ?? null;
    }
    case "BinaryExpression": {
      const [left, right] = values();
      return binary(words[0] ?? "", left, right);
    }
    case "InExpression": {
      const [value, list] = parts;
      const isIn = (list?.parts ?? []).some((one) => value && valueOf(one, scope) === valueOf(value, scope));
      return isIn === (words[0] === "in");
    }
    case "FunctionCallExpression": {
      const [name, given] = parts;
      return called(name?.parts[0]?.words[0] ?? "", given?.parts ?? [], scope);
    }
    default:
      throw new Error(`what is a ${type}?`);
  }
};

const named = (name: string, { row, names }: Scope): unknown => {
  if (row && name in row) return row[name];
  if (name in names) return names[name];
  throw new Error(`there is no column ${name}`);
};

const literalOf = (word: string): unknown => {
  if (word.startsWith('"')) return JSON.parse(word);
  return /[a-z]$/.test(word) ? minutesOf(word) * 60_000 : Number(word);
};

/** What is compared with null is not so, whichever way. */
const binary = (word: string, left: unknown, right: unknown): unknown => {
  if (word === "and") return left === true && right === true;
  if (word === "or") return left === true || right === true;
  if (left === null || right === null) return false;
  const [a, b] = [Number(left), Number(right)];
  const [text, part] = [textOf(left).toLowerCase(), textOf(right).toLowerCase()];
  const operators: Readonly<Record<string, () => unknown>> = {
    "==": () => left === right,
    "!=": () => left !== right,
    "=~": () => text === part,
    contains: () => text.includes(part),
    startswith: () => text.startsWith(part),
    has: () => ` ${text.replaceAll(/[^a-z\d]+/g, " ")} `.includes(` ${part.replaceAll(/[^a-z\d]+/g, " ").trim()} `),
    ">": () => a > b,
    "<": () => a < b,
    ">=": () => a >= b,
    "<=": () => a <= b,
    "+": () => a + b,
    "-": () => a - b,
    "*": () => a * b,
    "/": () => a / b,
  };
  const operator = operators[word];
  if (!operator) throw new Error(`the operator ${word} is not known here`);
  return operator();
};

const called = (name: string, given: readonly KqlNode[], scope: Scope): unknown => {
  const { names, now, rows } = scope;
  if (rows) {
    const columns = given.map((one) => rows.map((row) => valueOf(one, { names, now, row })));
    const aggregate = aggregates[name];
    if (aggregate) return aggregate(rows, columns[0] ?? [], columns[1] ?? []);
  }
  const call = functions[name];
  if (!call) throw new Error(`the function ${name} is not known here`);
  return call(
    given.map((one) => valueOf(one, scope)),
    scope,
  );
};

type Aggregate = (rows: Rows, values: readonly unknown[], conditions: readonly unknown[]) => unknown;
const sumOf = (values: readonly unknown[]): number => values.reduce<number>((sum, value) => sum + Number(value), 0);
const aggregates: Readonly<Record<string, Aggregate | undefined>> = {
  count: (rows) => rows.length,
  countif: (_, conditions) => conditions.filter((condition) => condition === true).length,
  dcount: (_, values) => new Set(values).size,
  sum: (_, values) => sumOf(values),
  sumif: (_, values, conditions) => sumOf(values.filter((__, index) => conditions[index] === true)),
  max: (_, values) => (values.length === 0 ? null : Math.max(...values.map(Number))),
  min: (_, values) => (values.length === 0 ? null : Math.min(...values.map(Number))),
};

type Function = (given: readonly unknown[], scope: Scope) => unknown;
const functions: Readonly<Record<string, Function | undefined>> = {
  ago: ([span], { now }) => now - Number(span),
  bin: ([value, step]) => Math.floor(Number(value) / Number(step)) * Number(step),
  case: (given) => {
    const held = given.findIndex((condition, index) => index % 2 === 0 && condition === true);
    return held < 0 ? given.at(-1) : given[held + 1];
  },
  coalesce: (given) => given.find((value) => value !== null) ?? null,
  iff: ([condition, then, otherwise]) => (condition === true ? then : otherwise),
  not: ([condition]) => condition !== true,
  parse_json: ([text]) => {
    try {
      return JSON.parse(String(text)) as unknown;
    } catch {
      return String(text);
    }
  },
  toint: ([value]) => (value === null || value === "" ? null : Math.trunc(Number(value))),
  tostring: ([value]) => (value === null ? "" : textOf(value)),
};

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
