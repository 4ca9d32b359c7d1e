/**
 * What Azure's host makes of the path a client sent. Its web server (Kestrel) decodes percent-encoding once, all but
 * `%2F`, then takes out dot segments; its proxy encodes what it passes on. So `/%41/%2e%2e/b//c/` reaches the app as
 * `/b//c/`: escapes that were not needed are gone, double and trailing slashes stay. The query is passed on untouched.
 */
export type RequestPath = {
  /** For matching routes. */
  readonly decoded: string;
  /** For the URL the app sees. */
  readonly encoded: string;
  /** With its question mark, or empty. */
  readonly query: string;
};

/** Reads a request target (RFC 9112 section 3.2: origin form, or absolute form). Undefined when it has no path, or a path with a NUL. */
export const requestPathOf = (target: string): RequestPath | undefined => {
  const [, path = "", query = ""] = /^(?:https?:\/\/[^/?#]*)?([^?]*)(\?.*)?$/is.exec(target) ?? [];
  if (!path.startsWith("/") || path.includes("%00")) return undefined;
  const decoded = withoutDotSegments(decodeEscapes(path));
  return { decoded, encoded: encodePath(decoded), query };
};

/** Runs of escapes are decoded together, for a character may be several bytes; what is not UTF-8 stays as it is. */
const decodeEscapes = (path: string): string =>
  path.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    run
      .split(/(%2f)/i)
      .map((part) => (part.toLowerCase() === "%2f" ? part : decodedOr(part)))
      .join(""),
  );

const decodedOr = (escapes: string): string => {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
};

/** RFC 3986 section 5.2.4. */
const withoutDotSegments = (path: string): string => {
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const isDots = segment === "." || segment === "..";
    if (segment === "..") kept.pop();
    if (!isDots) kept.push(segment);
    else if (index === segments.length - 1) kept.push("");
  }
  return `/${kept.join("/")}`;
};

const encodePath = (path: string): string =>
  path.replace(/%(?![0-9a-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]+/gi, (text) => encodeURIComponent(text));
