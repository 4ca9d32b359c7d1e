/** An element as a reader sees it: references resolved, white space of attributes made spaces. */
export type XmlElement = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
};

export type ReadXml =
  { readonly kind: "read"; readonly root: XmlElement } | { readonly kind: "malformed"; readonly reason: string };

class Malformed extends Error {}

const depthMax = 32;
const space = "[ \\t\\r\\n]";
const name = "[A-Za-z_:][\\w:.-]*";
const patterns = {
  declaration: new RegExp(`<\\?xml${space}[^?]*\\?>`, "y"),
  ignored: /(?:[ \t\r\n]+|<!--(?:(?!--)[^])*-->|<\?(?!xml[ \t\r\n?])[^]*?\?>)+/y,
  open: new RegExp(`<(${name})`, "y"),
  attribute: new RegExp(`${space}+(${name})${space}*=${space}*(?:"([^<"]*)"|'([^<']*)')`, "y"),
  openEnd: new RegExp(`${space}*(/?)>`, "y"),
  close: new RegExp(`</(${name})${space}*>`, "y"),
  comment: /<!--(?:(?!--)[^])*-->|<\?(?!xml[ \t\r\n?])[^]*?\?>/y,
  cdata: /<!\[CDATA\[([^]*?)\]\]>/y,
  text: /[^<]+/y,
} as const;
const notAllowed = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Reads a document as XML 1.0 has it, strictly; element names of ASCII only, and no document type, for no toast has one (and it is
 * where a reader can be made to read files, or without end). https://www.w3.org/TR/xml/
 */
export const readXml = (text: string): ReadXml => {
  try {
    return { kind: "read", root: documentIn(text.replace(/^\ufeff/, "")) };
  } catch (error) {
    if (error instanceof Malformed) return { kind: "malformed", reason: error.message };
    throw error;
  }
};

const documentIn = (text: string): XmlElement => {
  if (notAllowed.test(text)) throw new Malformed("it has a character that XML cannot hold");
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return undefined;
    at = pattern.lastIndex;
    return found;
  };

  const element = (depth: number): XmlElement => {
    const [, tag] = take(patterns.open) ?? fail("an element was expected", at);
    if (depth > depthMax || tag === undefined) return fail("elements are too deep", at);
    const attributes: Record<string, string> = {};
    for (let found = take(patterns.attribute); found; found = take(patterns.attribute)) {
      const [, key = "", double, single = ""] = found;
      if (Object.hasOwn(attributes, key)) fail(`the attribute ${key} is there twice`, at);
      attributes[key] = resolved((double ?? single).replaceAll(/\r\n|[\t\r\n]/g, " "));
    }
    const [, empty] = take(patterns.openEnd) ?? fail(`the tag of ${tag} does not end`, at);
    if (empty === "/") return { name: tag, attributes, children: [] };
    const children: (XmlElement | string)[] = [];
    for (;;) {
      const closed = take(patterns.close);
      if (closed) {
        if (closed[1] !== tag) fail(`${tag} is closed as ${String(closed[1])}`, at);
        return { name: tag, attributes, children };
      }
      if (take(patterns.comment)) continue;
      const cdata = take(patterns.cdata);
      const plain = cdata ? undefined : take(patterns.text)?.[0];
      if (plain?.includes("]]>")) fail("]]> stands in a text", at);
      if (cdata) children.push(withLineFeeds(cdata[1] ?? ""));
      else if (plain === undefined) children.push(element(depth + 1));
      else children.push(resolved(withLineFeeds(plain)));
    }
  };

  take(patterns.declaration);
  take(patterns.ignored);
  const root = element(1);
  take(patterns.ignored);
  return at === text.length ? root : fail("something follows the root", at);
};

const withLineFeeds = (text: string): string => text.replaceAll(/\r\n?/g, "\n");

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const resolved = (text: string): string =>
  text.replaceAll(/&([^;&\s]*;?)/g, (_whole, reference: string) => {
    const [, decimal, hexadecimal, entity] = /^(?:#(\d{1,7})|#x([\dA-Fa-f]{1,6})|([a-z]+));$/.exec(reference) ?? [];
    if (entity !== undefined && Object.hasOwn(entities, entity)) return entities[entity] ?? "";
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    const isCharacter = code <= 0x10_ffff && !notAllowed.test(String.fromCodePoint(code));
    return isCharacter ? String.fromCodePoint(code) : fail(`&${reference} is no reference to a character`);
  });

const fail = (reason: string, at?: number): never => {
  throw new Malformed(at === undefined ? reason : `${reason} (character ${at})`);
};

/** All text within an element, as it is read. */
export const textOf = ({ children }: XmlElement): string =>
  children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
