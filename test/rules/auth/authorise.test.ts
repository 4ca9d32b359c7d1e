import { expect, test } from "vitest";
import { registeredAppSchema, type RegisteredApp } from "../../../shared/auth/app-registry.ts";
import { actorOf, clientApps, clientUser, targetUser, type Target } from "../../../shared/auth/authorise.ts";
import { requiredScope, type Caller, type User, type UserCaller } from "../../../shared/auth/caller.ts";
import { Problem } from "../../../shared/problem.ts";

const user: User = { tenantId: "tenant", objectId: "user", principalName: "graphnotify@contoso.com" };
const holder: Target = { ...user, hostName: "app.contoso.com" };
const app: RegisteredApp = registeredAppSchema.parse({
  hostName: "App.Contoso.com",
  senders: ["server"],
  clients: ["phone"],
});
const server: Caller = { kind: "app", clientId: "server", tenantId: "tenant", roles: [] };
const phone: UserCaller = {
  kind: "user",
  clientId: "phone",
  tenantId: "tenant",
  roles: [],
  user,
  scopes: ["openid", requiredScope],
};

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ kind: "forbidden" });
    return error instanceof Problem ? error.message : "";
  }
  throw new Error("It was allowed.");
};

test("an app server reaches the user its UNSID names", () => {
  expect(targetUser(server, app, { holder })).toEqual(holder);
});

test("a user reaches themselves, with or without a UNSID of theirs", () => {
  expect(targetUser(phone, app, undefined)).toEqual(user);
  expect(targetUser(phone, app, { holder })).toEqual(user);
});

const mayNot = "The calling app may not send to users of targetHostName.";
const unsid = "The X-UNS-ID is not a live subscription's of this app and user.";
const scope = `The token needs the scope ${requiredScope}.`;
const known = { holder };

test.each<[string, Caller, RegisteredApp | undefined, { holder: Target | undefined } | undefined, string]>([
  ["a host name nobody registered", server, undefined, known, mayNot],
  ["a blocked app", server, { ...app, blocked: true }, known, mayNot],
  ["an app that is no sender", { ...server, clientId: "other" }, app, known, mayNot],
  ["a client that posts app-only", { ...server, clientId: "phone" }, app, known, mayNot],
  ["a sender of a tenant not served", server, { ...app, tenants: ["other"] }, known, mayNot],
  ["an app server without a UNSID", server, app, undefined, unsid],
  ["a UNSID nobody holds", server, app, { holder: undefined }, unsid],
  ["a UNSID of another app", server, app, { holder: { ...holder, hostName: "other.contoso.com" } }, unsid],
  ["a user's token without the scope", { ...phone, scopes: ["openid"] }, app, undefined, scope],
  [
    "a user's token with the scope in other letters",
    { ...phone, scopes: [requiredScope.toLowerCase()] },
    app,
    known,
    scope,
  ],
  ["a user's token of an app that is no client", { ...phone, clientId: "server" }, app, undefined, mayNot],
  ["a user's token for a blocked app", phone, { ...app, blocked: true }, undefined, mayNot],
  ["a user of a tenant not served", phone, { ...app, tenants: ["other"] }, undefined, mayNot],
  ["a user with a UNSID nobody holds", phone, app, { holder: undefined }, unsid],
  ["a user with another user's UNSID", phone, app, { holder: { ...holder, objectId: "other" } }, unsid],
  [
    "a user with the UNSID of their namesake elsewhere",
    phone,
    app,
    { holder: { ...holder, tenantId: "other" } },
    unsid,
  ],
  ["a user with a UNSID of another app", phone, app, { holder: { ...holder, hostName: "x.example" } }, unsid],
])("%s is refused", (_, caller, registered, held, message) => {
  expect(refusal(() => targetUser(caller, registered, held))).toBe(message);
});

test("a tenant that is listed is served", () => {
  expect(targetUser(server, { ...app, tenants: ["other", "tenant"] }, { holder })).toEqual(holder);
});

test("a user of a client app may subscribe", () => {
  expect(clientUser(phone, app)).toEqual(phone);
});

test.each<[string, Caller, RegisteredApp | undefined, string]>([
  [
    "an app-only token, even of a client",
    { ...server, clientId: "phone" },
    app,
    "This needs the token of a signed-in user.",
  ],
  [
    "an app that is no client",
    { ...phone, clientId: "server" },
    app,
    "The calling app is not a client of targetHostName.",
  ],
  ["a host name nobody registered", phone, undefined, "The calling app is not a client of targetHostName."],
  ["a blocked app", phone, { ...app, blocked: true }, "The calling app is not a client of targetHostName."],
  [
    "a user of a tenant not served",
    phone,
    { ...app, tenants: ["x"] },
    "The calling app is not a client of targetHostName.",
  ],
  ["a token without the scope", { ...phone, scopes: [] }, app, scope],
])("%s may not subscribe", (_, caller, registered, message) => {
  expect(refusal(() => clientUser(caller, registered))).toBe(message);
});

const second = registeredAppSchema.parse({ hostName: "second.contoso.com", senders: [], clients: ["phone"] });

test("a signed-in user's app reaches those of its apps that serve the tenant and are not blocked", () => {
  expect(clientApps(phone, [app, second])).toEqual({ user, apps: [app, second] });
  const others = [
    { ...app, blocked: true },
    { ...app, tenants: ["other"] },
    { ...app, clients: ["another"] },
  ];
  expect(clientApps(phone, [...others, second])).toEqual({ user, apps: [second] });
  expect(refusal(() => clientApps(phone, others))).toBe("The calling app is a client of no registered app.");
});

test("an app-only token reaches no feed, nor does a token without the scope, registered or not", () => {
  const needsUser = "This needs the token of a signed-in user.";
  expect(refusal(() => clientApps({ ...server, clientId: "phone" }, [app]))).toBe(needsUser);
  for (const apps of [[], [app]]) expect(refusal(() => clientApps({ ...phone, scopes: [] }, apps))).toBe(scope);
});

test("the device that acts is the user's own, in one of the apps asked about", () => {
  expect(actorOf(user, [second, app], known)).toBe(holder);
  expect(actorOf(user, [app], undefined)).toBeUndefined();
  const strangers = [undefined, { ...holder, objectId: "other" }, { ...holder, tenantId: "other" }];
  for (const stranger of strangers) expect(refusal(() => actorOf(user, [app], { holder: stranger }))).toBe(unsid);
  expect(refusal(() => actorOf(user, [second], known))).toBe(unsid);
  expect(refusal(() => actorOf(user, [], known))).toBe(unsid);
});
