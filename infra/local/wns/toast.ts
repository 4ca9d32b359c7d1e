import { readXml, textOf, type XmlElement } from "./xml.ts";

/** What Windows draws of a toast, and whose it is. */
type Toast = { readonly title: string; readonly body?: string; readonly id?: string };
export type ReadToast =
  { readonly kind: "read"; readonly toast: Toast } | { readonly kind: "unreadable"; readonly reason: string };

const unreadable = (reason: string): ReadToast => ({ kind: "unreadable", reason });

/** Of the schema: which elements stand in which, and which values an attribute may have. */
const childrenOf: Readonly<Record<string, readonly string[]>> = {
  toast: ["visual", "actions", "audio", "header", "commands"],
  visual: ["binding"],
  binding: ["text", "image", "group", "progress"],
  text: [],
  image: [],
  audio: [],
};
const valuesOf: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  toast: {
    activationType: /^(foreground|background|protocol)$/,
    duration: /^(short|long)$/,
    scenario: /^(default|reminder|alarm|incomingCall|urgent)$/,
  },
  binding: { template: /^Toast\w+$/ },
  audio: { src: /^ms-(winsoundevent|appx|appdata):/i, loop: /^(true|false)$/, silent: /^(true|false)$/ },
  image: { src: /^(https?:|ms-appx:|ms-appdata:|file:)/i, placement: /^(appLogoOverride|hero)$/ },
};

/**
 * Reads a toast as Windows would show it; what it would drop without a word is told here.
 * https://learn.microsoft.com/uwp/schemas/tiles/toastschema/schema-root
 */
export const readToast = (body: Buffer): ReadToast => {
  const text = utf8(body);
  if (text === undefined) return unreadable("it is not UTF-8");
  const read = readXml(text);
  if (read.kind === "malformed") return unreadable(`it is not well-formed XML: ${read.reason}`);
  const { root } = read;
  if (root.name !== "toast") return unreadable(`its root must be toast, not ${root.name}`);
  const fault = faultIn(root);
  if (fault !== undefined) return unreadable(fault);
  const bindings = elementsOf(root, "visual").flatMap((visual) => elementsOf(visual, "binding"));
  const [binding] = bindings;
  if (bindings.length !== 1 || !binding) return unreadable("it must have one visual with one binding");
  if (binding.attributes.template === undefined) return unreadable("its binding must have a template");
  const [title = "", ...others] = elementsOf(binding, "text").map(textOf);
  if (title === "") return unreadable("its first text must not be empty: Windows would show New notification");
  const { activationType, launch = "" } = root.attributes;
  if (activationType === "protocol" && !/^[A-Za-z][A-Za-z\d+.-]*:/.test(launch)) {
    return unreadable("its activation is by protocol, and its launch is no URI");
  }
  const id = activationType === "protocol" ? undefined : notificationIdIn(launch);
  const rest = others.join("\n");
  return { kind: "read", toast: { title, ...(rest !== "" && { body: rest }), ...(id !== undefined && { id }) } };
};

const elementsOf = ({ children }: XmlElement, name: string): XmlElement[] =>
  children.flatMap((child) => (typeof child === "object" && child.name === name ? child : []));

const faultIn = ({ name, attributes, children }: XmlElement): string | undefined => {
  for (const [attribute, form] of Object.entries(valuesOf[name] ?? {})) {
    const value = attributes[attribute];
    if (value !== undefined && !form.test(value))
      return `${attribute} of ${name} has a value that Windows does not know`;
  }
  const known = childrenOf[name];
  for (const child of children) {
    if (typeof child === "string") {
      if (name !== "text" && known && child.trim() !== "") return `${name} must have no text of its own`;
      continue;
    }
    if (known && !known.includes(child.name)) return `${name} must not have ${child.name} in it`;
    const fault = faultIn(child);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

const utf8 = (bytes: Buffer): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** The app's own argument: Fanfare's says which notification it is. */
const notificationIdIn = (launch: string): string | undefined => {
  try {
    const data: unknown = JSON.parse(launch);
    if (typeof data !== "object" || data === null || !("notificationId" in data)) return undefined;
    return typeof data.notificationId === "string" ? data.notificationId : undefined;
  } catch {
    return undefined;
  }
};
