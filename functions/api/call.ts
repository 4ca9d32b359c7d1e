import type { HttpRequest } from "@azure/functions";
import type { AppRegistry } from "../../shared/auth/app-registry.ts";
import { actorOf, clientApps, type HeldUnsid, type SignedIn } from "../../shared/auth/authorise.ts";
import type { Caller } from "../../shared/auth/caller.ts";
import type { Tokens } from "../../shared/auth/tokens.ts";
import { Problem } from "../../shared/problem.ts";
import type { UnsidHolder } from "../../shared/subscription/subscription.ts";
import type { Subscriptions } from "../../shared/subscription/subscriptions.ts";
import type { AppWrites } from "../../shared/throttle/app-writes.ts";
import type { Busy } from "../../shared/throttle/busy.ts";
import type { Answer } from "./http.ts";

/*
 * The steps that operations share, to be taken in the contract's order (2.5): `identify` (401, 403), the headers (400, 415),
 * `admitWrite` (406), `readBody` (413, 400), the operation's own parsing (401, 400), permission (403: `signedIn`), the store (406).
 */

/** One request, as an operation sees it. */
export type Call = {
  readonly request: HttpRequest;
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The service's public base with the prefix that was asked, `https://…/beta`: never the Host header. */
  readonly base: string;
};

export type Operation = (call: Call) => Promise<Answer>;

/** What `identify` uses. */
export type Identifying = { readonly tokens: Tokens; readonly apps: Pick<AppRegistry, "isBlocked"> };

/** Who calls. Throws `unauthenticated` without a valid token, and `forbidden` when the calling app is blocked. */
export const identify = async (use: Identifying, { headers }: Pick<HttpRequest, "headers">): Promise<Caller> => {
  const caller = await use.tokens.verify(headers.get("authorization"));
  if (await use.apps.isBlocked(caller)) throw new Problem("forbidden", "The calling app is blocked.");
  return caller;
};

/** What `admitWrite` uses. */
export type Admitting = { readonly appWrites: AppWrites; readonly busy: Busy };

/**
 * Runs the rest of a write, once the calling app has a permit for it and bus and backlog can take it; throws `busy` before anything
 * else was asked. The permit is given back when the write is refused later: what is refused does not count (contract 2.6), nor does a dry
 * run, which is let in as the write would be and writes nothing.
 */
export const admitWrite = async <T>(
  use: Admitting,
  { clientId }: Caller,
  write: () => Promise<T>,
  { isDryRun = false } = {},
): Promise<T> => {
  use.busy.check();
  const permit = await use.appWrites.take(clientId);
  try {
    const written = await write();
    if (isDryRun) permit.giveBack();
    return written;
  } catch (error) {
    if (isDryRun || error instanceof Problem) permit.giveBack(); // anything else may have been stored
    throw error;
  }
};

/** What `heldUnsid` uses. */
export type Holding = { readonly subscriptions: Pick<Subscriptions, "holderOf"> };

/** The X-UNS-ID that was sent, with whose it is; undefined when none was sent. Whether it may be used, `shared/auth/authorise.ts` says. */
export const heldUnsid = async (use: Holding, headers: Headers): Promise<HeldUnsid<UnsidHolder> | undefined> => {
  const unsid = headers.get("x-uns-id");
  return unsid === null ? undefined : { holder: await use.subscriptions.holderOf(unsid) };
};

type SigningIn = Holding & { readonly apps: Pick<AppRegistry, "ofClient"> };

/** What every operation of a signed-in user uses before its own. */
export type AsUser = Identifying & SigningIn;

/**
 * Permission for what a user's own client app asks: the user, the apps whose feeds it may reach (never none) and, by X-UNS-ID,
 * the device that acts. Throws `forbidden`: no user's token, no scope, a client of no app, or a UNSID that is not of these apps and user.
 */
export const signedIn = async (use: SigningIn, caller: Caller, headers: Headers): Promise<SignedIn<UnsidHolder>> => {
  const [registered, unsid] = await Promise.all([use.apps.ofClient(caller.clientId), heldUnsid(use, headers)]);
  const { user, apps } = clientApps(caller, registered);
  return { user, apps, actor: actorOf(user, apps, unsid) };
};

/**
 * Waits for promises that are under way at once, one after the other: of several failures the first in this order is thrown,
 * whichever came first in time, and without waiting for those behind it.
 */
export const inOrder = async <T extends readonly unknown[]>(underway: {
  readonly [Index in keyof T]: Promise<T[Index]>;
}): Promise<T> => {
  const all = Promise.all(underway);
  all.catch(() => undefined); // whoever fails behind the first is nobody's any more
  for (const one of underway) await one;
  return all;
};
