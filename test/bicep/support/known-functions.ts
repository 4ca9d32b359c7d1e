import { createHash } from "node:crypto";
import type { Scope } from "./evaluated-expression.ts";

type Call = (scope: Scope, ...given: readonly unknown[]) => unknown;

/**
 * Functions of Bicep, as far as our files call them; what only a deployment knows is a text of the right form.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions
 */
export const knownFunctions: Readonly<Record<string, Call | undefined>> = {
  concat: (_scope, ...lists) => lists.flatMap(listOf),
  contains: (_scope, object, name) => typeof object === "object" && object !== null && String(name) in object,
  empty: (_scope, value) => value === null || value === undefined || sizeOf(value) === 0,
  filter: (_scope, list, test) => listOf(list).filter((item) => changeOf(test)(item) === true),
  items: (_scope, object) => Object.entries(object ?? {}).map(([key, value]: [string, unknown]) => ({ key, value })),
  join: (_scope, list, between) => listOf(list).join(String(between)),
  json: (_scope, text): unknown => JSON.parse(String(text)),
  last: (_scope, list) => listOf(list).at(-1),
  length: (_scope, value) => sizeOf(value),
  map: (_scope, list, change) => listOf(list).map((item) => changeOf(change)(item)),
  max: (_scope, ...numbers) => Math.max(...numbers.map(Number)),
  padLeft: (_scope, value, width, fill) => String(value).padStart(Number(width), String(fill)),
  range: (_scope, from, count) => Array.from({ length: Number(count) }, (_, index) => Number(from) + index),
  replace: (_scope, text, old, fresh) => String(text).replaceAll(String(old), () => String(fresh)),
  skip: (_scope, list, count) => listOf(list).slice(Number(count)),
  split: (_scope, text, between) => String(text).split(String(between)),
  // A truth value becomes "True" over there, which no setting of ours takes.
  string: (_scope, value) => {
    if (typeof value === "boolean") return value ? "True" : "False";
    return typeof value === "string" ? value : JSON.stringify(value);
  },
  toUpper: (_scope, text) => String(text).toUpperCase(),
  toLower: (_scope, text) => String(text).toLowerCase(),
  toObject: (_scope, list, key, value) =>
    Object.fromEntries(
      listOf(list).map((item): [string, unknown] => [
        String(changeOf(key)(item)),
        value === undefined ? item : changeOf(value)(item),
      ]),
    ),
  union: (_scope, ...objects) => Object.fromEntries(objects.flatMap((object) => Object.entries(object ?? {}))),
  guid: (_scope, ...parts) => `(a guid of ${parts.join(", ")})`,
  uniqueString: (_scope, ...parts) => createHash("sha256").update(parts.join()).digest("hex").slice(0, 13),
  cidrSubnet: (_scope, network, size, index) => `(the /${String(size)} number ${String(index)} of ${String(network)})`,
  loadJsonContent: (scope, path): unknown => JSON.parse(scope.load(String(path))),
  loadTextContent: (scope, path) => scope.load(String(path)),
  readEnvironmentVariable: (scope, name, standard) => scope.environmentVariable(String(name)) ?? standard,
  environment: () => ({
    authentication: { loginEndpoint: "https://login.example/" },
    suffixes: { storage: "core.example", keyvaultDns: ".vault.example" },
  }),
  resourceGroup: (scope, name) => groupOf(typeof name === "string" ? name : (scope.group ?? ownGroup)),
  subscription: () => ({ tenantId: "00000000-0000-4000-8000-00000000007e" }),
  subscriptionResourceId: (_scope, type, name) => `/subscriptions/sub/providers/${String(type)}/${String(name)}`,
};

/** The name of the resource group that a deployment is made in. */
export const ownGroup = "(the resource group)";
const groupOf = (name: string) => ({ id: `(the id of ${name})`, name, location: `(the region of ${name})` });

const sizeOf = (value: unknown): number =>
  typeof value === "string" || Array.isArray(value) ? value.length : Object.keys(value ?? {}).length;

const changeOf = (value: unknown): ((item: unknown) => unknown) => {
  if (typeof value === "function") return value as (item: unknown) => unknown;
  throw new Error("a lambda is missing");
};

/** A value that must be a list. Throws when it is not. */
export const listOf = (value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Error(`${JSON.stringify(value)} is no array`);
  return value;
};
