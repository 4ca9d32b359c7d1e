import { SaxesParser } from "saxes";

/** A registration as its XML says it: the type of its element, and the texts of the elements in it. */
export type RegistrationXml = { readonly type: string; readonly texts: Readonly<Record<string, string>> };

const named = /^(\w*)RegistrationDescription$/;

/**
 * Reads the registration in an XML document: an element `RegistrationDescription` with an `i:type`, or one that is itself named by its type,
 * perhaps in an Atom entry. Undefined when the document is not well-formed, cut off say, or has no registration, or more than one.
 */
export const registrationIn = (xml: string): RegistrationXml | undefined => {
  const found: { readonly type: string; readonly texts: Record<string, string> }[] = [];
  const open: string[] = [];
  let depth = -1; // of the registration's element, while it is open
  const wrong: string[] = [];

  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", () => wrong.push("not well-formed")); // what it says would quote the line
  parser.on("doctype", () => wrong.push("a document type")); // a registration has none, and entities of its own are what attacks are made of
  parser.on("opentag", ({ local, attributes }) => {
    open.push(local);
    const said = local === "RegistrationDescription" ? typeSaidIn(attributes) : local;
    const [, type] = named.exec(said) ?? [];
    if (depth >= 0 || type === undefined) return;
    depth = open.length;
    found.push({ type, texts: {} });
  });
  const text = (part: string): void => {
    const name = open.length === depth + 1 && depth >= 0 ? open.at(-1) : undefined;
    const texts = found.at(-1)?.texts;
    if (name !== undefined && texts) texts[name] = (texts[name] ?? "") + part;
  };
  parser.on("text", text);
  parser.on("cdata", text);
  parser.on("closetag", () => {
    if (open.length === depth) depth = -1;
    open.pop();
  });
  parser.write(xml).close();
  const [one, ...others] = found;
  return wrong.length + others.length === 0 ? one : undefined;
};

type Attributes = Readonly<Record<string, { readonly local: string; readonly value: string }>>;

const typeSaidIn = (attributes: Attributes): string =>
  Object.values(attributes)
    .find(({ local }) => local === "type")
    ?.value.replace(/^.*:/, "") ?? "";
