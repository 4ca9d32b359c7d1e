import { createHash } from "node:crypto";
import type { Permissions } from "./permissions.ts";

/** Who a token speaks for: a user signed in to an app, or the app by itself. */
export type Subject =
  | { readonly kind: "user"; readonly userName: string; readonly clientId: string; readonly isPublic: boolean }
  | { readonly kind: "app"; readonly clientId: string };

/**
 * The claims in which Entra's v2.0 access tokens name who and what for; the token's own (`iss`, `aud`, times) come with the signature.
 * A user's token has `scp`, an app's never does. `oid` is derived: the same user has the same one on every start, in any spelling.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export const claimsOf = (subject: Subject, granted: Pick<Permissions, "scopes" | "roles">, tenantId: string) => ({
  tid: tenantId,
  azp: subject.clientId,
  // How the client proved who it is: not at all, or by its secret.
  azpacr: subject.kind === "user" && subject.isPublic ? "0" : "1",
  ver: "2.0",
  ...(granted.roles.length > 0 && { roles: granted.roles }),
  ...(subject.kind === "user" ? userClaims(subject, granted.scopes, tenantId) : appClaims(subject.clientId, tenantId)),
});

/** User names are one user's in any case, as in Entra. */
export const userNameOf = (text: string): string => text.trim().toLowerCase();

/** Who a user is in an ID token, but for `sub`. https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
export const profileOf = (userName: string, tenantId: string) => ({
  oid: derivedId(tenantId, "user", userName),
  tid: tenantId,
  ver: "2.0",
  name: userName,
  preferred_username: userName,
});

const userClaims = (user: Subject & { kind: "user" }, scopes: readonly string[], tenantId: string) => ({
  ...profileOf(user.userName, tenantId),
  sub: derivedId(tenantId, "pair", `${user.clientId} ${user.userName}`),
  // Never empty: a token without `scp` would be an app's.
  scp: scopes.length > 0 ? scopes.join(" ") : "openid",
});

const appClaims = (clientId: string, tenantId: string) => {
  const servicePrincipal = derivedId(tenantId, "app", clientId);
  return { oid: servicePrincipal, sub: servicePrincipal };
};

/** A GUID that is always the same for the same name (RFC 9562 section 5.8: version 8, a hash of our own). */
const derivedId = (tenantId: string, kind: string, name: string): string => {
  const hash = createHash("sha256").update(`${tenantId} ${kind} ${name}`).digest("hex");
  const variant = ((parseInt(hash.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    variant + hash.slice(17, 20),
    hash.slice(20, 32),
  ].join("-");
};
