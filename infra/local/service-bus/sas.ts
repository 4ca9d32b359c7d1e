import { createHmac, timingSafeEqual } from "node:crypto";
import { pathOf } from "./address.ts";

/** The one authorization rule of the local namespace: it may manage, send and listen. */
export const keyName = "RootManageSharedAccessKey";

/** What a token grants: everything at and below a path (segments in lower case), until a time in milliseconds since 1970. */
export type Grant = { readonly path: readonly string[]; readonly until: number };

/** True when the grant covers the path at this time: the entity itself or a parent of it, segment by segment. */
export const covers = ({ path, until }: Grant, wanted: readonly string[], now: number): boolean =>
  until > now && path.length <= wanted.length && path.every((segment, index) => segment === wanted[index]);

/**
 * Checks a shared access signature: well formed, of our key, signed over exactly its resource and expiry, for this host, not expired.
 * Returns what it grants, or a sentence saying why it is refused (never holding the token).
 * https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas#generate-a-shared-access-signature-token
 */
export const checkSas = (token: string, key: string, now: number): Grant | string => {
  const fields = fieldsOf(token);
  const { sr, sig, se, skn } = fields ?? {};
  if (!sr || !sig || !se || !/^\d{1,12}$/.test(se)) return "The token is not a shared access signature.";
  if (decoded(skn ?? "") !== keyName) return "The token names an unknown key.";
  // The resource is signed as it stands in the token, still percent-encoded.
  const expected = createHmac("sha256", key).update(`${sr}\n${se}`).digest();
  const given = Buffer.from(decoded(sig) ?? "", "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return "The token has an invalid signature.";
  const resource = decoded(sr) ?? "";
  if (!isOurs(resource)) return "The token is for another host.";
  const until = Number(se) * 1000;
  return until <= now ? "The token has expired." : { path: pathOf(resource), until };
};

const fieldsOf = (token: string): Readonly<Record<string, string | undefined>> | undefined => {
  const [, text] = /^SharedAccessSignature (.+)$/.exec(token) ?? [];
  if (text === undefined) return undefined;
  const pairs = text.split("&").map((pair) => pair.split(/=(.*)/s));
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value]));
};

/** Any loopback name: the port is no part of it, because the administration client signs the one of the connection string. */
const isOurs = (resource: string): boolean =>
  /^(?:sb|amqps?|https?):\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:[/?]|$)/i.test(resource);

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};
