import known from "./resource-properties.json" with { type: "json" };
import { recordOf, type Resource } from "./evaluated-module.ts";

/**
 * What of a resource its type does not know: a property it has not or that is read only, a value of another kind or not among those it takes, a
 * property that it must have and that is missing. Each as its path and what is wrong; nothing is wrong with an empty list.
 *
 * resource-properties.json holds, of each type in the version of api-versions.ts, the properties that our files set, as Bicep's own type
 * definitions have them (Azure/bicep-types-az, looked up in November 2026): the kind of value, or the values it takes, and `!` if it must be there.
 * Whoever sets another one looks it up there, or at https://learn.microsoft.com/azure/templates/<type in small letters>, and adds it.
 */
export const misfits = ({ type, body }: Resource): readonly string[] => {
  const of = types[type];
  if (!of) return [`${type} was never looked up`];
  // These say in Bicep where a resource is, and are no properties of it.
  const { parent: _parent, scope: _scope, dependsOn: _dependsOn, ...own } = body;
  return misfitsOf(of, "", own).map((fault) => `${type} ${fault}`);
};

type Known = Readonly<Record<string, string>>;
const types: Readonly<Record<string, Known | undefined>> = known;

const misfitsOf = (of: Known, path: string, value: unknown): readonly string[] => {
  if (value === null || value === undefined) return []; // as if it were not there
  const kind = of[path]?.replace("!", "");
  if (path !== "" && kind === undefined) return [`has no ${path}`];
  if (Array.isArray(value))
    return kind === "array" ? value.flatMap((item) => misfitsOf(of, `${path}[]`, item)) : [`${path} is no list`];
  if (typeof value === "object") {
    if (path !== "" && kind !== "object") return [`${path} is no object`];
    return [...missingIn(of, path, recordOf(value)), ...membersOf(of, path, recordOf(value))];
  }
  return isOf(kind, value) ? [] : [`${path} cannot be ${JSON.stringify(value)}`];
};

const membersOf = (of: Known, path: string, members: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(members).flatMap(([name, value]) => {
    const inside = below(path, name);
    return misfitsOf(of, inside in of || !(below(path, "*") in of) ? inside : below(path, "*"), value);
  });

const missingIn = (of: Known, path: string, members: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(of).flatMap(([inside, kind]) => {
    const name = inside.slice(path === "" ? 0 : path.length + 1);
    const isMember = inside === below(path, name) && !/[[]|[.](?!type$)/.test(name);
    return isMember && kind.endsWith("!") && (members[name] ?? undefined) === undefined ? [`needs ${inside}`] : [];
  });

const below = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

const isOf = (kind: string | undefined, value: unknown): boolean => {
  switch (kind) {
    case "string":
      return typeof value === "string";
    case "int":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "bool":
      return typeof value === "boolean";
    default:
      return kind?.split("|").includes(String(value)) ?? false;
  }
};
