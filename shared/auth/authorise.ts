import { Problem } from "../problem.ts";
import type { RegisteredApp } from "./app-registry.ts";
import { requiredScope, type Caller, type User, type UserCaller } from "./caller.ts";

/** What a UNSID said about whom it names (`shared/subscription`), as far as permission goes. */
export type Target = User & { readonly hostName: string };

/** A UNSID that was sent, and whose it is; nobody's when it is unknown, malformed or expired. */
export type HeldUnsid<Holder extends Target = Target> = { readonly holder: Holder | undefined };

/**
 * The user a notification goes to (contract 2.1, 2.5), from who calls, the host name's registration, and the holder of the UNSID
 * that was sent, if one was. Throws `forbidden`.
 */
export const targetUser = (caller: Caller, app: RegisteredApp | undefined, unsid: HeldUnsid | undefined): User => {
  if (!mayAct(caller, app)) throw new Problem("forbidden", "The calling app may not send to users of targetHostName.");
  if (caller.kind === "user") {
    actorOf(caller.user, [app], unsid);
    return caller.user;
  }
  if (unsid?.holder?.hostName !== app.hostName) throw unsidForbidden();
  return unsid.holder;
};

/** A delegated token of one of the host name's client apps. Throws `forbidden` for any other caller. */
export const clientUser = (caller: Caller, app: RegisteredApp | undefined): UserCaller => {
  const user = userCaller(caller);
  if (!mayAct(caller, app)) throw new Problem("forbidden", "The calling app is not a client of targetHostName.");
  return user;
};

/** A user in a client app: the apps whose feeds of this user it may reach, and the device that acts, if it said so. */
export type SignedIn<Holder extends Target = Target> = {
  readonly user: User;
  readonly apps: readonly [RegisteredApp, ...RegisteredApp[]];
  readonly actor: Holder | undefined;
};

/** Of the apps that name the calling app as a client, those it may act for. Throws `forbidden` when there is none, or no user's token. */
export const clientApps = (caller: Caller, registered: readonly RegisteredApp[]): Omit<SignedIn, "actor"> => {
  const { user } = userCaller(caller);
  const [app, ...others] = registered.filter((one) => mayAct(caller, one));
  if (!app) throw new Problem("forbidden", "The calling app is a client of no registered app.");
  return { user, apps: [app, ...others] };
};

/** The device that acts, if a UNSID was sent. Throws `forbidden` unless it is this user's, in one of these apps. */
export const actorOf = <Holder extends Target>(
  user: User,
  apps: readonly RegisteredApp[],
  unsid: HeldUnsid<Holder> | undefined,
): Holder | undefined => {
  if (!unsid) return undefined;
  const { holder } = unsid;
  const isUsers = holder?.tenantId === user.tenantId && holder.objectId === user.objectId;
  if (!isUsers || !apps.some(({ hostName }) => hostName === holder.hostName)) throw unsidForbidden();
  return holder;
};

/** A user's own token, with the scope that lets an app act for the user. */
const userCaller = (caller: Caller): UserCaller => {
  if (caller.kind !== "user") throw new Problem("forbidden", "This needs the token of a signed-in user.");
  requireScope(caller);
  return caller;
};

const requireScope = ({ scopes }: UserCaller): void => {
  if (!scopes.includes(requiredScope)) throw new Problem("forbidden", `The token needs the scope ${requiredScope}.`);
};

const mayAct = (caller: Caller, app: RegisteredApp | undefined): app is RegisteredApp => {
  if (caller.kind === "user") requireScope(caller);
  if (!app || app.blocked) return false;
  const tenantServed = app.tenants.length === 0 || app.tenants.includes(caller.tenantId);
  return tenantServed && (caller.kind === "app" ? app.senders : app.clients).includes(caller.clientId);
};

/** One sentence for every reason, so that nobody can probe for UNSIDs. */
const unsidForbidden = (): Problem =>
  new Problem("forbidden", "The X-UNS-ID is not a live subscription's of this app and user.");
