/** A token or a quoted string (RFC 9110, section 5.6). */
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** No two runs of white space stand side by side in it: how to divide one between them would take the square of its length to try. */
const preference = new RegExp(String.raw`^\s*(${token})\s*(?:=\s*(?:(?:(${token})|"((?:[^"\\]|\\.)*)")\s*)?)?(?:;|$)`);

/**
 * The value of one preference of a `Prefer` header (RFC 7240, section 2): "" where it has none, undefined where it is not there. Names match
 * without case, parameters are passed over, of several instances the first counts, and what cannot be read is ignored, as the RFC wants it.
 */
export const preferred = (header: string | null, name: string): string | undefined => {
  for (const item of itemsOf(header ?? "")) {
    const [, given = "", plain, quoted] = preference.exec(item) ?? [];
    if (given.toLowerCase() === name) return plain ?? quoted?.replace(/\\(.)/g, "$1") ?? "";
  }
  return undefined;
};

/** The list's members: commas divide, but for those within quotes. */
const itemsOf = (header: string): string[] => {
  const items = [""];
  for (const [part] of header.matchAll(/"(?:[^"\\]|\\.)*"?|[^",]+|,/g)) {
    if (part === ",") items.push("");
    else items.push((items.pop() ?? "") + part);
  }
  return items;
};
