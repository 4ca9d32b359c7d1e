import type { HttpRequest } from "@azure/functions";
import { strangeName } from "../../shared/members.ts";
import { hostNameSchema } from "../../shared/notification/host-name.ts";
import { Problem } from "../../shared/problem.ts";

/** OData's system query options that the feed knows; each operation supports some of them. */
type Option = "$top" | "$filter" | "$skiptoken" | "$deltatoken";

/** What a request's query asks, as it was written; `targetHostName` in lower case. */
export type Options<Name extends Option> = Readonly<Partial<Record<Name | "targetHostName", string>>>;

const topMax = 100;

/**
 * Reads a query, names without case. Throws `invalid` for a `$…` option that is not supported (OData asks for that: who sends one
 * relies on it), for one given twice, and for a `targetHostName` that is no host name. Other parameters are ignored.
 */
export const optionsOf = <Name extends Option>(
  { query }: Pick<HttpRequest, "query">,
  supported: readonly Name[],
): Options<Name> => {
  const options = new Map<string, string>();
  for (const [given, value] of query) {
    const name = [...supported, "targetHostName"].find((one) => one.toLowerCase() === given.toLowerCase());
    if (name === undefined && given.startsWith("$")) throw unsupported(given, supported);
    if (name === undefined) continue;
    if (options.has(name)) throw badOption(name, "must be given once only");
    options.set(name, name === "targetHostName" ? hostNameIn(value) : value);
  }
  return Object.fromEntries(options) as Options<Name>;
};

/** How many are asked for: 1 to 100. */
export const topOf = ({ $top }: { readonly $top?: string | undefined }, standard: number): number => {
  if ($top === undefined) return standard;
  const top = /^\d{1,9}$/.test($top) ? Number($top) : 0;
  if (top < 1 || top > topMax) throw badOption("$top", `must be a whole number from 1 to ${topMax}`);
  return top;
};

/** A link with these options: values escaped, names plain, for `$` may stand in a query (RFC 3986, section 3.4). */
export const linkTo = (address: string, options: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${encodeURIComponent(value)}`,
  );
  return `${address}?${given.join("&")}`;
};

/** What is wrong with one option of the query, told like a fault of a body; `logged` is what the log calls the option, if not the same. */
export const badOption = (target: string, message: string, logged = target): Problem =>
  new Problem("invalid", sentence(target, message), {
    details: [{ code: message === "is required" ? "Required" : "Invalid", target, message }],
    logged: sentence(logged, message),
  });

const sentence = (target: string, message: string): string => `The query is not valid: ${target} ${message}.`;

const unsupported = (given: string, supported: readonly string[]): Problem =>
  badOption(
    strangeName(given),
    supported.length === 0
      ? "is not supported, as no $ option is here"
      : `is not supported here; ${supported.join(", ")} ${supported.length === 1 ? "is" : "are"}`,
    "a $ option",
  );

const hostNameIn = (value: string): string => {
  const parsed = hostNameSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badOption("targetHostName", "must be a DNS host name, without scheme or path");
};
