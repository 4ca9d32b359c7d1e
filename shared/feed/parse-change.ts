import * as z from "zod";
import { anyCase, faultsOf, members, needed, required, sentenceOf, strangeName } from "../members.ts";
import { checkDataTypes } from "../notification/data-types.ts";
import { readStates, userActionStates, type StateChange } from "../notification/notification.ts";
import { Problem, type Fault } from "../problem.ts";

/** How many notifications one call may mark. */
export const changesMax = 100;

/** Which notifications a call marks: these, as the caller wrote their ids, or all of the feed. */
export type Marked = { readonly kind: "ids"; readonly ids: readonly string[] } | { readonly kind: "all" };

const state = {
  readState: anyCase(readStates, "must be unread or read").exactOptional(),
  userActionState: anyCase(userActionStates, "must be noInteraction, activated, dismissed or snoozed").exactOptional(),
};
const hasState = (given: StateChange): boolean => given.readState !== undefined || given.userActionState !== undefined;
const needsState = { path: ["readState"], error: "or userActionState is required" };
const object = "The body must be a JSON object";
/** For the API's description: what `strangersIn` refuses. */
const noOthers = { additionalProperties: false, patternProperties: { "^@odata\\.type$": {} } };

/** What each member must be by itself; whoever reads a body goes by `parseChange`, which knows what else may not be there. */
export const changeSchema = members(state, object)
  .refine(hasState, needsState)
  .meta({ ...noOthers, ...needed("anyOf", Object.keys(state)) });

const idsWrong = `must be an array of 1 to ${changesMax} strings`;
/** One fault, however many of them are wrong. */
const ids = z
  .array(z.unknown(), { error: required(idsWrong) })
  .meta({ items: { type: "string" }, minItems: 1, maxItems: changesMax })
  .transform((given, context): string[] => {
    const strings = given.filter((id) => typeof id === "string");
    if (given.length > 0 && given.length <= changesMax && strings.length === given.length) return strings;
    context.addIssue({ code: "custom", message: idsWrong });
    return z.NEVER;
  });
export const manyChangeSchema = members(
  { ...state, ids: ids.exactOptional(), all: z.literal(true, { error: "must be true" }).exactOptional() },
  object,
)
  .refine(hasState, needsState)
  .refine((given) => (given.ids === undefined) !== (given.all === undefined), {
    path: ["ids"],
    error: "or all is required, and not both",
  })
  .meta({ ...noOthers, ...needed("anyOf", Object.keys(state)), ...needed("oneOf", ["ids", "all"]) });

/**
 * Understands the body that changes one notification's state (contract 4): members and values without case, null equals absence.
 * Throws a `Problem`: `invalid-data-type` for a wrong `@odata.type`, else `invalid`, naming whatever is wrong or does not belong there.
 */
export const parseChange = (body: unknown): StateChange => parsed(changeSchema, Object.keys(state), body);

/** The same for the body that changes many: `ids` or `all` beside the state. */
export const parseManyChange = (body: unknown): { readonly change: StateChange; readonly marked: Marked } => {
  const { ids: given, all: _, ...change } = parsed(manyChangeSchema, [...Object.keys(state), "ids", "all"], body);
  return { change, marked: given ? { kind: "ids", ids: given } : { kind: "all" } };
};

const parsed = <Schema extends z.ZodType>(
  schema: Schema,
  names: readonly string[],
  body: unknown,
): z.output<Schema> => {
  checkDataTypes(body);
  const result = schema.safeParse(body);
  const known = result.success ? [] : faultsOf(result.error);
  const strange = strangersIn(body, names);
  const faults = [...known, ...strange];
  if (result.success && faults.length === 0) return result.data;
  const opening = "The change does not match the contract:";
  const unnamed = strange.slice(0, 1).map((fault) => ({ ...fault, target: "a member that it does not know" }));
  throw new Problem("invalid", sentenceOf(opening, faults), {
    details: faults,
    logged: sentenceOf(opening, [...known, ...unnamed]),
  });
};

/** So many are named: a body could hold thousands. */
const strangersToldMax = 20;

/** Members that may not be there: who writes another one believes it would be changed. */
const strangersIn = (body: unknown, names: readonly string[]): Fault[] => {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return [];
  const known = new Set([...names, "@odata.type"].map((name) => name.toLowerCase()));
  return Object.keys(body)
    .filter((name) => !known.has(name.toLowerCase()))
    .slice(0, strangersToldMax)
    .map((name) => ({ code: "Unknown", target: strangeName(name), message: "cannot be changed here" }));
};
