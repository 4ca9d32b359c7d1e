import { importJWK, jwtVerify } from "jose";
import { canonicalPublicKey } from "./subscription-keys.ts";

/** Who pushes, by RFC 8292: a verified application server with its public key (base64url), nobody, or somebody unproven. */
export type Sender =
  | { readonly kind: "verified"; readonly publicKey: string }
  | { readonly kind: "anonymous" }
  | { readonly kind: "unproven"; readonly reason: string };

const secondsAheadMax = 24 * 60 * 60;
const rememberedMax = 1_000;

/**
 * Reads and verifies `Authorization: vapid t=<JWT>, k=<public key>` for pushes to the given origin. A header once
 * verified is believed until its token expires, for senders use one for hours and a signature costs more than all else.
 */
export const vapidReader = (
  origin: string,
  now: () => number,
): ((authorization: string | undefined) => Promise<Sender>) => {
  const verified = new Map<string, { sender: Sender; expires: number }>();
  return async (authorization) => {
    if (authorization === undefined) return { kind: "anonymous" };
    const known = verified.get(authorization);
    if (known && known.expires > now()) return known.sender;
    verified.delete(authorization);
    const { sender, expires = 0 } = await verify(authorization, origin, now());
    if (sender.kind !== "verified") return sender;
    // A Map keeps the order of insertion: the first key is the oldest.
    const [oldest] = verified.keys();
    if (verified.size >= rememberedMax && oldest !== undefined) verified.delete(oldest);
    verified.set(authorization, { sender, expires });
    return sender;
  };
};

const verify = async (
  authorization: string,
  origin: string,
  now: number,
): Promise<{ sender: Sender; expires?: number }> => {
  const unproven = (reason: string): { sender: Sender } => ({ sender: { kind: "unproven", reason } });
  const credentials = /^vapid\s+(.*)$/i.exec(authorization)?.[1];
  if (credentials === undefined) return unproven("The authentication scheme must be vapid.");
  const parameters = parametersOf(credentials);
  const token = parameters.get("t");
  const publicKey = canonicalPublicKey(parameters.get("k") ?? "");
  if (token === undefined) return unproven("The vapid parameter t is missing.");
  if (publicKey === undefined) return unproven("The vapid parameter k is missing or not an uncompressed P-256 key.");

  try {
    const { payload } = await jwtVerify(token, await importKey(publicKey), {
      algorithms: ["ES256"],
      requiredClaims: ["aud", "exp", "sub"],
      currentDate: new Date(now),
    });
    const { aud, exp = 0, sub = "" } = payload;
    if (aud !== origin) return unproven(`The token's aud must be ${origin}.`);
    if (exp > now / 1000 + secondsAheadMax) return unproven("The token's exp is more than 24 hours ahead.");
    if (!/^(mailto:.+@.|https:\/\/.)/.test(sub)) return unproven("The token's sub must be a mailto: or https: URL.");
    return { sender: { kind: "verified", publicKey }, expires: exp * 1000 };
  } catch (error) {
    return unproven(`The token is not valid: ${error instanceof Error ? error.message : String(error)}.`);
  }
};

const parametersOf = (credentials: string): ReadonlyMap<string, string> =>
  new Map(
    credentials.split(",").flatMap((parameter): [string, string][] => {
      const [, name, value] = /^\s*([a-z]+)\s*=\s*"?([^"\s]*)"?\s*$/i.exec(parameter) ?? [];
      return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value]];
    }),
  );

const importKey = (publicKey: string): ReturnType<typeof importJWK> => {
  const point = Buffer.from(publicKey, "base64url");
  const coordinate = (start: number): string => point.toString("base64url", start, start + 32);
  return importJWK({ kty: "EC", crv: "P-256", x: coordinate(1), y: coordinate(33) }, "ES256");
};
