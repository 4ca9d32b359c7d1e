import * as z from "zod";
import { Problem } from "../problem.ts";

/** Who a user is: tenant and object id, which never change; a name may (contract 2.3 shows it, nothing looks it up). */
export type User = { readonly tenantId: string; readonly objectId: string; readonly principalName: string };

/** Who asks: an app server for itself, or a client app for its signed-in user. */
export type Caller = { readonly clientId: string; readonly tenantId: string; readonly roles: readonly string[] } & (
  { readonly kind: "app" } | { readonly kind: "user"; readonly user: User; readonly scopes: readonly string[] }
);

export type UserCaller = Extract<Caller, { kind: "user" }>;

/** The scope a delegated token needs (contract 2.1). */
export const requiredScope = "Notifications.ReadWrite.CreatedByApp";

/** The app role, of an app or of a user, that lets its bearer see what became of deliveries (contract 4). */
export const adminRole = "Notifications.Admin";

/** Claims as Microsoft Entra writes them, in v2 tokens and (appid, upn, unique_name) in v1 tokens. */
const claimsSchema = z.object({
  tid: z.string().min(1),
  oid: z.string().min(1),
  azp: z.string().min(1).optional(),
  appid: z.string().min(1).optional(),
  scp: z.string().optional(),
  roles: z.array(z.string()).default([]),
  preferred_username: z.string().optional(),
  upn: z.string().optional(),
  unique_name: z.string().optional(),
});

/** Reads a validated token's claims. Throws `unauthenticated` when they do not say who calls. */
export const callerOf = (claims: unknown): Caller => {
  const parsed = claimsSchema.safeParse(claims);
  const clientId = parsed.data?.azp ?? parsed.data?.appid;
  if (!parsed.success || clientId === undefined) {
    throw new Problem(
      "unauthenticated",
      "The token does not say which app and tenant it is for (azp or appid, tid, oid).",
    );
  }
  const { tid, oid, scp, roles, ...names } = parsed.data;
  if (scp === undefined) return { kind: "app", clientId, tenantId: tid, roles };
  const principalName = names.preferred_username ?? names.upn ?? names.unique_name ?? oid;
  const user = { tenantId: tid, objectId: oid, principalName };
  return { kind: "user", clientId, tenantId: tid, roles, user, scopes: scp.split(" ").filter(Boolean) };
};
