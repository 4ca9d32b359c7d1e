import { Problem } from "../problem.ts";
import type { RegisteredApp } from "./app-registry.ts";
import { requiredScope, type Caller, type User, type UserCaller } from "./caller.ts";

/** What a UNSID said about whom it names (`shared/subscription`), as far as permission goes. */
export type Target = User & { readonly hostName: string };

/**
 * The user a notification goes to (contract 2.1, 2.5), from who calls, the host name's registration, and the holder of the UNSID
 * that was sent, if one was. Throws `forbidden`.
 */
export const targetUser = (
  caller: Caller,
  app: RegisteredApp | undefined,
  unsid: { readonly holder: Target | undefined } | undefined,
): User => {
  if (!mayAct(caller, app)) throw new Problem("forbidden", "The calling app may not send to users of targetHostName.");
  if (unsid && unsid.holder?.hostName !== app.hostName) throw unsidForbidden();
  if (caller.kind === "app") {
    if (!unsid?.holder) throw unsidForbidden();
    return unsid.holder;
  }
  const { user } = caller;
  const holder = unsid?.holder;
  if (holder && (holder.tenantId !== user.tenantId || holder.objectId !== user.objectId)) throw unsidForbidden();
  return user;
};

/** A delegated token of one of the host name's client apps. Throws `forbidden` for any other caller. */
export const clientUser = (caller: Caller, app: RegisteredApp | undefined): UserCaller => {
  if (caller.kind !== "user") throw new Problem("forbidden", "This needs the token of a signed-in user.");
  if (!mayAct(caller, app)) throw new Problem("forbidden", "The calling app is not a client of targetHostName.");
  return caller;
};

const mayAct = (caller: Caller, app: RegisteredApp | undefined): app is RegisteredApp => {
  if (caller.kind === "user" && !caller.scopes.includes(requiredScope)) {
    throw new Problem("forbidden", `The token needs the scope ${requiredScope}.`);
  }
  if (!app || app.blocked) return false;
  const tenantServed = app.tenants.length === 0 || app.tenants.includes(caller.tenantId);
  return tenantServed && (caller.kind === "app" ? app.senders : app.clients).includes(caller.clientId);
};

/** One sentence for every reason, so that nobody can probe for UNSIDs. */
const unsidForbidden = (): Problem =>
  new Problem("forbidden", "The X-UNS-ID is not a live subscription's of this app and user.");
