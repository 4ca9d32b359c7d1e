import { comparableId } from "../../../shared/auth/app-registry.ts";
import type { User } from "../../../shared/auth/caller.ts";
import { member } from "../../../shared/members.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { DumpedDevice } from "./entry.ts";
import { textOf } from "./entry.ts";
import { formOf, recordsOf } from "./records.file.ts";

/** Finds the user whose device it is, as tokens name them (tenant and object id); or says why nobody knows. Never guesses. */
export type FindUser = (owner: DumpedDevice["owner"]) => User | { readonly unknown: string };

type Options = {
  /** A file of what the app calls its users, and who they are: `user`, `tenantId`, `objectId`, `upn`. */
  readonly users?: string | undefined;
  /** The tenant of users whose own is not said. */
  readonly tenant?: string | undefined;
};

/** By a file of users, or where the app calls its users by their object ids anyway, by these. Throws `Failed` for a file that says two things of one. */
export const userFinder = async ({ users, tenant }: Options): Promise<FindUser> =>
  users === undefined ? byObjectId(tenant) : byFile(await usersIn(users, tenant));

const noUser = { unknown: "it names no user" };

const byFile =
  (known: ReadonlyMap<string, User>): FindUser =>
  ({ user }) =>
    user === undefined ? noUser : (known.get(user) ?? { unknown: "its user is not in --users" });

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const byObjectId =
  (standard: string | undefined): FindUser =>
  ({ user, tenantId = standard, principalName }) => {
    if (user === undefined) return noUser;
    if (!guid.test(user)) return { unknown: "its user is no object id" };
    return tenantId === undefined ? { unknown: "it names no tenant" } : userOf(tenantId, user, principalName);
  };

/** Tokens write GUIDs in small letters. Without a name a user is shown by the object id, as by a token without one. */
const userOf = (tenantId: string, objectId: string, principalName = comparableId(objectId)): User => ({
  tenantId: comparableId(tenantId),
  objectId: comparableId(objectId),
  principalName,
});

const usersIn = async (path: string, tenant: string | undefined): Promise<ReadonlyMap<string, User>> => {
  const known = new Map<string, User>();
  for await (const { line, value } of recordsOf(path, await formOf(path))) {
    const text = (name: string): string | undefined => textOf(member(value, name));
    const theirs = text("user");
    const tenantId = text("tenantId") ?? tenant;
    const objectId = text("objectId");
    if (theirs === undefined || tenantId === undefined || objectId === undefined) {
      throw new Failed(
        `${path}, ${String(line)}: a user needs user, tenantId (or --tenant) and objectId.`,
        exitCodes.usage,
      );
    }
    const user = userOf(tenantId, objectId, text("upn"));
    const before = known.get(theirs);
    if (before && (before.tenantId !== user.tenantId || before.objectId !== user.objectId)) {
      throw new Failed(`${path}, ${String(line)}: the same user is somebody else on an earlier line.`, exitCodes.usage);
    }
    known.set(theirs, user);
  }
  if (known.size === 0) throw new Failed(`${path} has no users.`, exitCodes.usage);
  return known;
};
