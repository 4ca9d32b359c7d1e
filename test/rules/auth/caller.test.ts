import { expect, test } from "vitest";
import { callerOf } from "../../../shared/auth/caller.ts";
import { Problem } from "../../../shared/problem.ts";

const ids = { tid: "tenant", oid: "object" };
const scp = "Notifications.ReadWrite.CreatedByApp";

test("a token without scp is an app's own, in v2 and v1 form", () => {
  const app = { kind: "app", clientId: "client", tenantId: "tenant", roles: [] };
  expect(callerOf({ ...ids, azp: "client" })).toEqual(app);
  expect(callerOf({ ...ids, appid: "client" })).toEqual(app);
  const roles = ["Notifications.Admin"];
  expect(callerOf({ ...ids, azp: "client", roles })).toEqual({ ...app, roles });
});

test.each([
  ["v2", { azp: "client", preferred_username: "graphnotify@contoso.com" }],
  ["v1", { appid: "client", upn: "graphnotify@contoso.com" }],
  ["v1 guest", { appid: "client", unique_name: "graphnotify@contoso.com" }],
])("a token with scp is a user's, in %s form", (_, claims) => {
  expect(callerOf({ ...ids, ...claims, scp: `openid  ${scp}` })).toEqual({
    kind: "user",
    clientId: "client",
    tenantId: "tenant",
    roles: [],
    user: { tenantId: "tenant", objectId: "object", principalName: "graphnotify@contoso.com" },
    scopes: ["openid", scp],
  });
});

test("of several names the newest form of the claim counts, and without any the object id stands for it", () => {
  const names = { unique_name: "c", upn: "b", preferred_username: "a" };
  expect(callerOf({ ...ids, azp: "client", appid: "other", scp, ...names })).toMatchObject({
    clientId: "client",
    user: { principalName: "a" },
  });
  expect(callerOf({ ...ids, azp: "client", scp })).toMatchObject({ user: { principalName: "object" } });
});

test("a user's token without a single scope stays a user's: it must not pass for an app's", () => {
  expect(callerOf({ ...ids, azp: "client", scp: "" })).toMatchObject({ kind: "user", scopes: [] });
});

test.each([
  ["no tenant", { oid: "object", azp: "client" }],
  ["no object", { tid: "tenant", azp: "client" }],
  ["no client", ids],
  ["an empty client", { ...ids, azp: "" }],
  ["a client that is no text", { ...ids, azp: 7 }],
  ["scopes as a list", { ...ids, azp: "client", scp: [scp] }],
  ["nothing", undefined],
])("a token with %s says nobody, and is told so without being repeated", (_, claims) => {
  expect(() => callerOf(claims)).toThrow(
    new Problem("unauthenticated", "The token does not say which app and tenant it is for (azp or appid, tid, oid)."),
  );
});
