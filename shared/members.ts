import * as z from "zod";
import type { Fault } from "./problem.ts";

/**
 * An object schema as callers of the original wrote bodies: member names match without case (an exact match wins),
 * unknown members are ignored, and a null member equals its absence (contract 2.2).
 */
export const members = <Shape extends z.core.$ZodLooseShape>(shape: Shape, error: string) =>
  z.preprocess((value) => foldMembers(value, Object.keys(shape)), z.object(shape, { error: required(error) }));

const foldMembers = (value: unknown, names: readonly string[]): unknown => {
  if (!isObject(value)) return value;
  const found = names.map((name) => [name, member(value, name)] as const);
  return Object.fromEntries(found.filter(([, content]) => content !== undefined));
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The member of that name, matched without case; undefined when absent or null, or when `value` is no object. Every rule reads
 * members through here: two that picked differently among `A` and `a` would check one and use the other.
 */
export const member = (value: unknown, name: string): unknown => {
  if (!isObject(value)) return undefined;
  const key = Object.hasOwn(value, name) ? name : lastLike(Object.keys(value), name);
  return key === undefined ? undefined : (value[key] ?? undefined);
};

/** The last one wins, as it does in JSON when the names are equal. */
const lastLike = (keys: readonly string[], name: string): string | undefined =>
  keys.findLast((key) => key.length === name.length && key.toLowerCase() === name.toLowerCase());

/** One of a list of words, in any case, as the list spells it, and as the API's description shows it. */
export const anyCase = <Word extends string>(words: readonly Word[], error: string) =>
  z
    .string({ error: required(error) })
    .meta({ enum: [...words] })
    .transform((given, context): Word => {
      const word = wordLike(given, words);
      if (word !== undefined) return word;
      context.addIssue({ code: "custom", message: error });
      return z.NEVER;
    });

/**
 * An array of such words, at least one. Whatever is wrong with it is one fault: ten thousand bad entries fit a body, and
 * telling each would take a second and an answer of megabytes.
 */
export const anyCaseList = <Word extends string>(words: readonly Word[], error: string) =>
  z
    .array(z.unknown(), { error: required(error) })
    .meta({ items: { type: "string", enum: [...words] }, minItems: 1 })
    .transform((given, context): Word[] => {
      const found = given.map((one) => wordLike(one, words)).filter((word) => word !== undefined);
      if (found.length > 0 && found.length === given.length) return found;
      context.addIssue({ code: "custom", message: error });
      return z.NEVER;
    });

/**
 * For the API's description, which cannot see what a refinement checks: members of which `anyOf` or exactly `oneOf` must be there.
 * A null one equals its absence.
 */
export const needed = (how: "anyOf" | "oneOf", names: readonly string[]) => ({
  [how]: names.map((name) => ({ required: [name], properties: { [name]: { not: { type: "null" } } } })),
});

const wordLike = <Word extends string>(given: unknown, words: readonly Word[]): Word | undefined =>
  typeof given === "string" ? words.find((word) => word.toLowerCase() === given.toLowerCase()) : undefined;

/** "is required" where the member is missing, the other sentence where it is there and wrong. */
export const required =
  (wrong: string) =>
  (issue: { readonly input?: unknown }): string =>
    issue.input === undefined ? "is required" : wrong;

/**
 * Zod's issues as the contract's `details`, in the order of the members, each with the first thing that is wrong with it (of a list
 * where a text belongs, zod tells the type and the length). A whole body has the target "".
 */
export const faultsOf = (error: z.ZodError): Fault[] => {
  const faults = error.issues.map(({ path, message }) => ({
    code: message === "is required" ? "Required" : "Invalid",
    target: path.join("."),
    message,
  }));
  return faults.filter(({ target }, index) => faults.findIndex((one) => one.target === target) === index);
};

const nameLengthMax = 64;

/**
 * A name that a caller made up, as answers tell it: it must neither fill one nor begin a line of its own, so everything but visible ASCII
 * becomes `?`. The log is not told it (`logged` of `Problem`): what was pasted where a name belongs may be a token, or a person.
 */
export const strangeName = (given: string): string => given.slice(0, nameLengthMax).replace(/[^\x21-\x7e]/g, "?");

/** A sentence that names every fault, for people who do not read `details`. */
export const sentenceOf = (opening: string, faults: readonly Fault[]): string =>
  `${opening} ${faults.map(({ target, message }) => (target ? `${target} ${message}` : message)).join("; ")}.`;
