import { valueOf, type Row, type Rows, type Scope } from "./evaluated-kql-value.ts";
import { parsedKql, type KqlNode } from "./kql.ts";

/**
 * The rows that a query makes of these tables, when it is asked at `now` (milliseconds since 1970). It knows as much of KQL as our alerts use and
 * throws at the rest: https://learn.microsoft.com/kusto/query. Times and spans are milliseconds, what is null is null.
 */
export const rowsOf = (query: string, tables: Readonly<Record<string, Rows>>, now: number): Rows => {
  const names: Record<string, unknown> = { ...tables };
  let rows: Rows = [];
  for (const statement of parsed(query).parts) {
    const [first, second] = statement.parts;
    if (statement.type === "LetStatement") names[nameOf(first)] = anyOf(needed(second), { names, now });
    else rows = tableOf(needed(first), { names, now });
  }
  return rows;
};

const known = new Map<string, KqlNode>();
const parsed = (query: string): KqlNode => {
  const node = known.get(query) ?? parsedKql(query);
  known.set(query, node);
  return node;
};

type Place = Pick<Scope, "names" | "now">;

const anyOf = (node: KqlNode, place: Place): unknown => {
  if (node.type !== "ToScalarExpression") return tableOf(node, place);
  const [row = {}] = tableOf(needed(node.parts[0]), place);
  return Object.values(row)[0] ?? null;
};

const tableOf = (node: KqlNode, place: Place): Rows => {
  const [first, second] = node.parts;
  switch (node.type) {
    case "NameReference": {
      const table = place.names[nameOf(node)];
      if (!Array.isArray(table)) throw new Error(`there is no table ${nameOf(node)}`);
      return table as Rows;
    }
    case "ParenthesizedExpression":
      return tableOf(needed(first), place);
    case "UnionOperator":
      return node.parts.flatMap((part) => tableOf(part, place));
    case "PipeExpression":
      return piped(needed(second), tableOf(needed(first), place), place);
    default:
      throw new Error(`what is a ${node.type}?`);
  }
};

const piped = (operator: KqlNode, rows: Rows, place: Place): Rows => {
  const { type, parts } = operator;
  const [first, second, third] = parts;
  switch (type) {
    case "FilterOperator":
      return rows.filter((row) => valueOf(needed(first), { ...place, row }) === true);
    case "ExtendOperator":
      return rows.map((row) => ({ ...row, ...columnsOf(parts, { ...place, row }) }));
    case "ProjectOperator":
      return rows.map((row) => columnsOf(parts, { ...place, row }));
    case "CountOperator":
      return [{ Count: rows.length }];
    case "SummarizeOperator":
      return summarized(parts, rows, place);
    case "TopOperator": {
      const column = needed(second).parts[0];
      if (needed(second).parts[1]?.words[0] !== "asc") throw new Error("top is known here with asc only");
      const keyOf = (row: Row): string => String(valueOf(needed(column), { ...place, row }));
      return rows
        .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
        .slice(0, Number(valueOf(needed(first), place)));
    }
    case "JoinOperator": {
      if (!JSON.stringify(first).includes("leftanti")) throw new Error("a join is known here as leftanti only");
      const column = nameOf(needed(third).parts[0]);
      const others = tableOf(needed(second), place).map((row) => row[column]);
      return rows.filter((row) => !others.includes(row[column]));
    }
    default:
      throw new Error(`what is a ${type}?`);
  }
};

/** Without `by` there is one row also of nothing; with it there is none. */
const summarized = (parts: readonly KqlNode[], rows: Rows, place: Place): Rows => {
  const by = parts.find(({ type }) => type === "SummarizeByClause")?.parts;
  const made = parts.filter(({ type }) => type !== "SummarizeByClause");
  if (!by) return [columnsOf(made, { ...place, rows })];
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(columnsOf(by, { ...place, row }));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].map(([key, group]) => ({
    ...(JSON.parse(key) as Row),
    ...columnsOf(made, { ...place, rows: group }),
  }));
};

const columnsOf = (expressions: readonly KqlNode[], scope: Scope): Row =>
  Object.fromEntries(
    expressions.map((expression, index) => {
      const [name, value] = expression.parts;
      if (expression.type === "SimpleNamedExpression") return [nameOf(name), valueOf(needed(value), scope)];
      return [expression.type === "NameReference" ? nameOf(expression) : `Column${index}`, valueOf(expression, scope)];
    }),
  );

const nameOf = (node: KqlNode | undefined): string => node?.parts[0]?.words[0] ?? "";

const needed = (node: KqlNode | undefined): KqlNode => {
  if (!node) throw new Error("a part of the query is missing");
  return node;
};
