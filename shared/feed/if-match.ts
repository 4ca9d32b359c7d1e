import { Problem } from "../problem.ts";
import type { Precondition } from "./feed.ts";
import { printMark } from "./mark.ts";

/** One element of the list, with the comma that ends it: an entity-tag (RFC 9110, section 8.8.3), or nothing (section 5.6.1). */
const element = /[ \t]*(?:(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;

/**
 * Reads an `If-Match` header (RFC 9110, section 13.1.1): `*`, or a list of entity-tags, of which one must be the stored one's.
 * A weak tag counts as the strong one it was: proxies that compress answers weaken our tags on the way. Throws `invalid` for anything else.
 */
export const parseIfMatch = (header: string): Precondition => {
  if (header.trim() === "*") return () => true;
  const tags = tagsIn(header);
  if (tags.size === 0) throw malformed();
  return (stored) => tags.has(printMark(stored));
};

const tagsIn = (header: string): ReadonlySet<string> => {
  const tags = new Set<string>();
  for (let position = 0; position < header.length; position = element.lastIndex) {
    element.lastIndex = position;
    const match = element.exec(header);
    if (!match) throw malformed();
    if (match[1] !== undefined) tags.add(match[1]);
  }
  return tags;
};

const malformed = (): Problem =>
  new Problem("invalid", 'The header If-Match must be * or a list of ETags, such as "a", "b".');
