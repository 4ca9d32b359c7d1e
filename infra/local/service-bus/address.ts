import type { Lane } from "./entry.ts";

/** What a link is attached to. */
export type Address =
  | { readonly kind: "cbs" }
  | { readonly kind: "queue" | "management"; readonly queue: string; readonly lane: Lane }
  | { readonly kind: "transfer-dead-letters" };

/**
 * Reads a link's address: a path (`fanout`, `fanout/$management`, `fanout/$deadletterqueue`, `$cbs`), with or without
 * scheme and host before it. Case does not matter, as on Azure. The queue need not exist.
 */
export const parseAddress = (text: string): Address => {
  const path = pathOf(text);
  if (path.at(0) === "$cbs") return { kind: "cbs" };
  const kind = path.at(-1) === "$management" ? "management" : "queue";
  const entity = kind === "management" ? path.slice(0, -1) : path;
  if (entity.includes("$transfer")) return { kind: "transfer-dead-letters" };
  const lane = entity.at(-1) === "$deadletterqueue" ? "dead" : "main";
  return { kind, lane, queue: (lane === "dead" ? entity.slice(0, -1) : entity).join("/") };
};

/** The path segments of an address or of a token's audience, in lower case. */
export const pathOf = (text: string): readonly string[] =>
  text
    .replace(/^[a-z]+:\/\/[^/]*/i, "")
    .replace(/[?#].*$/s, "")
    .toLowerCase()
    .split("/")
    .filter((segment) => segment !== "");
