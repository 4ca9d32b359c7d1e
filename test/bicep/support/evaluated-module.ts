import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Node } from "web-tree-sitter";
import { propertiesOf } from "./azure-answers.ts";
import { assignedTo, declaredIn, literalOf, type Declared } from "./declared.ts";
import { ownGroup } from "./known-functions.ts";
import { isAllowed } from "./allowed.ts";
import { valueOf, type Scope } from "./evaluated-expression.ts";
import { parsedBicep } from "./parsed-bicep.ts";

/** What a name of a resource stands for: what is known only to Azure is a text of its form. */
type ResourceValue = {
  readonly id: string;
  readonly type: string;
  /** With those above it: `account/default/table`. */
  readonly fullName: string;
  readonly name: unknown;
  readonly properties: Readonly<Record<string, unknown>>;
};

/** A resource as a deployment would make it. */
export type Resource = {
  /** With those above it: `Microsoft.Storage/storageAccounts/tableServices/tables`. */
  readonly type: string;
  readonly apiVersion: string;
  readonly fullName: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** What it is about, if it is not the resource group's. */
  readonly scope: ResourceValue | undefined;
  /** The resource group it is in, if it is another than the deployment's own. */
  readonly group: string | undefined;
};

export type Evaluated = {
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
};

type Parameters = Readonly<Record<string, unknown>>;

/** The resources that a module makes of these parameters, those of its own modules among them, in the order they stand in the files. */
export const resourcesOf = (path: string, parameters: Parameters): readonly Resource[] =>
  evaluatedModule(path, parameters).resources;

/**
 * What a module makes of these parameters. It knows as much of Bicep as our files use: it throws at the first thing it does not know, and for a
 * parameter that is missing or unknown.
 */
export const evaluatedModule = (path: string, parameters: Parameters, group?: string): Evaluated => {
  const declared = declaredIn(parsedBicep(path));
  const of = (kind: Declared["kind"]): readonly Declared[] => declared.filter((one) => one.kind === kind);

  const look = (name: string): unknown => {
    if (name in parameters) return parameters[name];
    const found = declared.find((one) => one.name === name && one.kind !== "output");
    switch (found?.kind) {
      case "parameter":
      case "variable":
        return valueOf(assignedTo(found.node), scope);
      case "module":
        return moduleOf(found);
      case "resource": {
        const values = resourceValuesOf(found);
        return isLoop(found) ? values : (values[0] ?? null);
      }
      default:
        throw new Error(`${path} does not say what ${name} is`);
    }
  };
  const scope: Scope = {
    look: remembered(look),
    load: (file) => readFileSync(join(dirname(path), file), "utf8"),
    environmentVariable: () => undefined,
    group,
  };

  const moduleOf = remembered((found: Declared): Evaluated | null => {
    const body = valueOf(assignedTo(found.node), scope);
    if (body === null) return null;
    const { params = {}, scope: place } = recordOf(body);
    const called = place === undefined ? group : String(recordOf(place).name);
    return evaluatedModule(join(dirname(path), literalOf(found.node)), recordOf(params), called);
  });
  const bodiesOf = remembered((found: Declared) =>
    [valueOf(assignedTo(found.node), scope)]
      .flat()
      .filter((body) => body !== null)
      .map(recordOf),
  );
  const parentOf = (found: Declared, body: Parameters): ResourceValue | undefined =>
    found.parent ? resourceValuesOf(found.parent)[0] : (body.parent as ResourceValue | undefined);
  const typeOf = (found: Declared): string => {
    const [type = ""] = literalOf(found.node).split("@");
    return found.parent ? `${typeOf(found.parent)}/${type}` : type;
  };
  const resourceValuesOf = (found: Declared): readonly ResourceValue[] =>
    bodiesOf(found).map((body) => {
      const above = parentOf(found, body);
      const fullName = above ? `${above.fullName}/${String(body.name)}` : String(body.name);
      const type = typeOf(found);
      return { id: `/${type}/${fullName}`, type, fullName, name: body.name, properties: propertiesOf(type, fullName) };
    });
  const versionOf = (found: Declared): string =>
    literalOf(found.node).split("@")[1] ?? (found.parent ? versionOf(found.parent) : "");
  const resourcesMade = (found: Declared): readonly Resource[] => {
    if (isExisting(found.node)) return [];
    const values = resourceValuesOf(found);
    return bodiesOf(found).map((body, index) => ({
      type: typeOf(found),
      apiVersion: versionOf(found),
      fullName: values[index]?.fullName ?? "",
      body,
      scope: body.scope as ResourceValue | undefined,
      group: group === ownGroup ? undefined : group,
    }));
  };

  const known = of("parameter").map(({ name }) => name);
  const unknown = Object.keys(parameters).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`${path} takes no ${unknown.join(", ")}`);
  for (const parameter of of("parameter")) {
    const value = scope.look(parameter.name);
    if (!isAllowed(parameter, value))
      throw new Error(`${path} does not allow ${parameter.name} to be ${JSON.stringify(value)}`);
  }
  return {
    resources: [
      ...of("resource").flatMap(resourcesMade),
      ...of("module").flatMap((found) => moduleOf(found)?.resources ?? []),
    ],
    outputs: Object.fromEntries(of("output").map(({ name, node }) => [name, valueOf(assignedTo(node), scope)])),
  };
};

/** The repository's own deployment. */
export const mainBicep = fileURLToPath(new URL("../../../infra/main.bicep", import.meta.url));

const isExisting = (node: Node): boolean => node.children.some(({ type }) => type === "existing");
const isLoop = ({ node }: Declared): boolean => assignedTo(node).type === "for_statement";

export const recordOf = (value: unknown): Readonly<Record<string, unknown>> => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${JSON.stringify(value)} is no object`);
};

const remembered = <Key, Value>(look: (key: Key) => Value): ((key: Key) => Value) => {
  const values = new Map<Key, Value>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined || values.has(key)) return known as Value;
    const value = look(key);
    values.set(key, value);
    return value;
  };
};
