import type { IncomingHttpHeaders } from "node:http";
import { refused, type Refusal } from "./refusal.ts";

/** How a push is to be treated. */
export type PushHeaders = {
  readonly kind: "read";
  readonly type: "wns/toast" | "wns/tile" | "wns/badge" | "wns/raw";
  /** Undefined: it does not expire. */
  readonly ttlSeconds: number | undefined;
  /** Whether it may wait for a PC that is offline. */
  readonly isKept: boolean;
  /** Names a toast; one with the same takes the place of the other. */
  readonly tag: string | undefined;
  readonly wantsStatus: boolean;
};

const contentTypes: Readonly<Record<PushHeaders["type"], string>> = {
  "wns/toast": "text/xml",
  "wns/tile": "text/xml",
  "wns/badge": "text/xml",
  "wns/raw": "application/octet-stream",
};
const types = Object.keys(contentTypes).join(", ");
const isType = (text: string): text is PushHeaders["type"] => Object.hasOwn(contentTypes, text);

/** What each header must be, where it is there. */
const forms: readonly (readonly [header: string, form: RegExp, rule: string])[] = [
  ["X-WNS-TTL", /^\d{1,10}$/, "a whole number of seconds"],
  ["X-WNS-Cache-Policy", /^(no-)?cache$/, "cache or no-cache"],
  ["X-WNS-Tag", /^[A-Za-z\d]{1,16}$/, "1 to 16 letters and digits"],
  ["X-WNS-Group", /^[A-Za-z\d]{1,16}$/, "1 to 16 letters and digits"],
  ["X-WNS-PRIORITY", /^[1-4]$/, "1 (high), 2, 3 or 4 (very low)"],
  ["X-WNS-RequestForStatus", /^(true|false)$/, "true or false"],
];

/**
 * Reads the headers of a push, or tells the first thing that is wrong with them.
 * https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers
 */
export const readPushHeaders = (headers: IncomingHttpHeaders): PushHeaders | Refusal => {
  const valueOf = (name: string): string | undefined => [headers[name.toLowerCase()] ?? []].flat()[0];
  const type = valueOf("X-WNS-Type");
  if (type === undefined) return refused(400, "X-WNS-Type is missing.");
  if (!isType(type)) return refused(400, `X-WNS-Type must be one of ${types}.`);
  const contentType = valueOf("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (contentType !== contentTypes[type])
    return refused(400, `Content-Type must be ${contentTypes[type]} for ${type}.`);
  for (const [name, form, rule] of forms) {
    const value = valueOf(name);
    if (value !== undefined && !form.test(value)) return refused(400, `${name} must be ${rule}.`);
  }
  if (valueOf("X-WNS-SuppressPopup") !== undefined) return refused(400, "X-WNS-SuppressPopup is for phones alone.");
  const [ttl, tag, group] = ["X-WNS-TTL", "X-WNS-Tag", "X-WNS-Group"].map(valueOf);
  return {
    kind: "read",
    type,
    ttlSeconds: ttl === undefined ? undefined : Number(ttl),
    isKept: valueOf("X-WNS-Cache-Policy") === "cache" || (type !== "wns/raw" && !valueOf("X-WNS-Cache-Policy")),
    // A tag names a toast within its group.
    tag: tag === undefined ? undefined : `${group ?? ""}.${tag}`,
    wantsStatus: valueOf("X-WNS-RequestForStatus") === "true",
  };
};
