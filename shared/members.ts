import { z } from "zod";
import type { Fault } from "./problem.ts";

/**
 * An object schema as callers of the original wrote bodies: member names match without case (an exact match wins),
 * unknown members are ignored, and a null member equals its absence (contract 2.2).
 */
export const members = <Shape extends z.core.$ZodLooseShape>(shape: Shape, error: string) => {
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  return z.preprocess((value) => foldMembers(value, names), z.object(shape, { error: required(error) }));
};

const foldMembers = (value: unknown, names: ReadonlyMap<string, string>): unknown => {
  if (!isObject(value)) return value;
  const folded = new Map<string, unknown>();
  for (const [given, content] of Object.entries(value)) {
    const name = names.get(given.toLowerCase());
    if (name === undefined || content === null) continue;
    if (given === name || !Object.hasOwn(value, name)) folded.set(name, content);
  }
  return Object.fromEntries(folded);
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The member of that name, matched without case; undefined when absent or null, or when `value` is no object. */
export const member = (value: unknown, name: string): unknown => {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, name)) return value[name] ?? undefined;
  const key = Object.keys(value).find((given) => given.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : (value[key] ?? undefined);
};

/** One of a list of words, in any case, as the list spells it. */
export const anyCase = <Word extends string>(words: readonly Word[], error: string) =>
  z.string({ error }).transform((given, context): Word => {
    const word = words.find((candidate) => candidate.toLowerCase() === given.toLowerCase());
    if (word !== undefined) return word;
    context.addIssue({ code: "custom", message: error });
    return z.NEVER;
  });

/** "is required" where the member is missing, the other sentence where it is there and wrong. */
export const required =
  (wrong: string) =>
  (issue: { readonly input?: unknown }): string =>
    issue.input === undefined ? "is required" : wrong;

/** Zod's issues as the contract's `details`, in the order of the members; a whole body has the target "". */
export const faultsOf = (error: z.ZodError): Fault[] =>
  error.issues.map(({ path, message }) => ({
    code: message === "is required" ? "Required" : "Invalid",
    target: path.join("."),
    message,
  }));

/** A sentence that names every fault, for people who do not read `details`. */
export const sentenceOf = (opening: string, faults: readonly Fault[]): string =>
  `${opening} ${faults.map(({ target, message }) => (target ? `${target} ${message}` : message)).join("; ")}.`;
