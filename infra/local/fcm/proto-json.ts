import type { Violation } from "./refusal.ts";

/** What a member of a protocol buffer may be, as JSON has it (https://protobuf.dev/programming-guides/json/). */
export type Kind =
  | { readonly is: "string" | "bool" | "int32" | "duration" | "any" }
  | { readonly is: "enum"; readonly type: string; readonly values: readonly string[] }
  | { readonly is: "list"; readonly of: Kind }
  /** From texts to texts. */
  | { readonly is: "map" }
  | { readonly is: "message"; readonly members: Readonly<Record<string, Kind>> };

type Read = { readonly value: unknown; readonly violations: readonly Violation[] };

const durationType = "type.googleapis.com/google.protobuf.Duration";

/**
 * Reads JSON by its kind, with every violation in Google's own words. Members are named either way (`collapse_key`, `collapseKey`), null
 * is absence, enumerations are read in any case: so what is returned has members in snake_case alone, and values in capitals.
 */
export const readProto = (kind: Kind, given: unknown, path = ""): Read => {
  switch (kind.is) {
    case "message":
      return readMessage(kind.members, given, path);
    case "map":
      return readMap(given, path);
    case "list": {
      if (!Array.isArray(given)) return invalid(path, "(list)", given);
      const items = given.map((item, index) => readProto(kind.of, item, `${path}[${index}]`));
      return { value: items.map(({ value }) => value), violations: items.flatMap(({ violations }) => violations) };
    }
    case "enum": {
      const named = kind.values.find((value) => typeof given === "string" && value === given.toUpperCase());
      return named === undefined ? invalid(path, `(${kind.type})`, given) : valid(named);
    }
    case "duration": {
      if (typeof given === "string" && /^-?\d+(\.\d{1,9})?s$/.test(given)) return valid(given);
      const why = typeof given === "string" && !given.endsWith("s") ? "; duration must end with 's'" : "";
      return violated(path, `Invalid value at '${path}' (${durationType}), Illegal duration format${why}`);
    }
    case "int32":
      return /^-?\d{1,10}$/.test(String(given)) ? valid(Number(given)) : invalid(path, "(TYPE_INT32)", given);
    case "string":
      return typeof given === "string" ? valid(given) : invalid(path, "(TYPE_STRING)", given);
    case "bool":
      return typeof given === "boolean" ? valid(given) : invalid(path, "(TYPE_BOOL)", given);
    case "any":
      return valid(given);
  }
};

const valid = (value: unknown): Read => ({ value, violations: [] });
const violated = (path: string, description: string): Read => ({
  value: undefined,
  violations: [{ ...(path !== "" && { field: path }), description }],
});
const invalid = (path: string, type: string, given: unknown): Read =>
  violated(path, `Invalid value at '${path}' ${type}, ${JSON.stringify(given)}`);

const isObject = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === "object" && given !== null && !Array.isArray(given);
const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

const readMessage = (members: Readonly<Record<string, Kind>>, given: unknown, path: string): Read => {
  if (!isObject(given)) return invalid(path, "(message)", given);
  const read = Object.entries(given)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      const known = snakeCase(name);
      const kind = members[known];
      if (kind) return { known, ...readProto(kind, value, path === "" ? known : `${path}.${known}`) };
      const where = path === "" ? "" : ` at '${path}'`;
      return {
        known,
        ...violated(path, `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`),
      };
    });
  return {
    value: Object.fromEntries(read.map(({ known, value }) => [known, value])),
    violations: read.flatMap(({ violations }) => violations),
  };
};

/** Google numbers a map's entries: `message.data[0].value`. */
const readMap = (given: unknown, path: string): Read => {
  if (!isObject(given)) return invalid(path, "(map)", given);
  const read = Object.entries(given).map(([, value], index) =>
    readProto({ is: "string" }, value, `${path}[${index}].value`),
  );
  return { value: given, violations: read.flatMap(({ violations }) => violations) };
};
