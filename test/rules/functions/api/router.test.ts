import fc from "fast-check";
import { expect, test } from "vitest";
import { router } from "../../../../functions/api/router.ts";
import type { Operation } from "../../../../functions/api/call.ts";
import { Problem } from "../../../../shared/problem.ts";
import { problemWith } from "../../../support/problem-with.ts";

const named =
  (name: string): Operation =>
  () =>
    Promise.resolve({ status: 200, body: name });
const find = router(
  {
    "/me/notifications": { GET: named("list"), POST: named("create") },
    "/me/notifications/delta": { GET: named("delta") },
    "/me/notifications/:id": { GET: named("one"), DELETE: named("delete") },
  },
  { "/health/live": { GET: named("live") } },
);

type Found = { name: unknown; prefix: string; route: string; params: unknown };
const found = async (method: string, path: string): Promise<Found> => {
  const { operation, ...rest } = find(method, path);
  const { body: name } = await operation({} as never);
  return { name, prefix: rest.prefix, route: rest.route, params: { ...rest.params } };
};
const problemOf = (method: string, path: string): Problem => problemWith(() => find(method, path), "It was found.");

test.each([
  ["/beta", "/beta"],
  ["/v1.0", "/v1.0"],
  ["/BETA", "/beta"],
  ["/V1.0", "/v1.0"],
])("below %s the API is served, and answers with the prefix %s", async (asked, prefix) => {
  const route = "/me/notifications";
  expect(await found("POST", `${asked}${route}`)).toEqual({ name: "create", prefix, route, params: {} });
});

test.each(["/beta/me/notifications/", "/beta/Me/Notifications", "/BETA/ME/NOTIFICATIONS/", "/beta/%6de/notifications"])(
  "%s is the same path: a trailing slash, case and needless escapes do not matter",
  async (path) => {
    expect(await found("GET", path)).toMatchObject({ name: "list", prefix: "/beta" });
  },
);

test("a fixed path wins over a parameter, whose text is kept as it was written", async () => {
  expect(await found("GET", "/beta/me/notifications/delta")).toMatchObject({ name: "delta" });
  expect(await found("GET", "/beta/me/notifications/AbC")).toMatchObject({ name: "one", params: { id: "AbC" } });
  expect(await found("GET", "/beta/me/notifications/a%2Fb")).toMatchObject({ params: { id: "a/b" } });
});

test("paths outside the API have no prefix, and are not below one", async () => {
  expect(await found("GET", "/health/live")).toMatchObject({ name: "live", prefix: "", route: "/health/live" });
  expect(problemOf("GET", "/beta/health/live").kind).toBe("not-found");
});

test.each([
  "/",
  "",
  "/beta",
  "/me/notifications",
  "/v1/me/notifications",
  "/v1x0/me/notifications",
  "//beta/me/notifications",
  "/beta//me/notifications",
  "/beta/me//notifications",
  "/beta/me/notifications//",
  "/beta/me/notifications/a/b",
  "/beta/me/notifications/%",
  "/beta/me/notifications/%zz",
  "/beta/me/notifications/%C3%28",
  "/beta/me/notifications%00",
  "/beta/me/notifications;x=1",
  "/beta/me/notifications.",
  "/beta/me%2Fnotifications",
  "/beta%2Fme/notifications",
  "/beta/me/notifications%2F",
  "/beta/me/notifications%20",
  "/beta/me/%2e%2e/me/notifications",
  "/beta/./me/notifications",
  `/beta/me/notifications/${"x".repeat(10_000)}`,
  "/beta/../beta/me/notifications",
  "*",
])("there is nothing at %j", (path) => {
  for (const method of ["GET", "POST", "BREW"]) expect(problemOf(method, path).kind).toBe("not-found");
});

test.each([
  ["PUT", "/beta/me/notifications", ["GET", "POST"]],
  ["DELETE", "/v1.0/me/notifications/", ["GET", "POST"]],
  ["POST", "/beta/me/notifications/delta", ["GET"]],
  ["PATCH", "/beta/me/notifications/1", ["GET", "DELETE"]],
  ["POST", "/health/live", ["GET"]],
  ["OPTIONS", "/health/live", ["GET"]],
  ["HEAD", "/health/live", ["GET"]],
  ["HEAD", "/beta/me/notifications/1/", ["GET", "DELETE"]],
  ["get", "/health/live", ["GET"]],
  ["constructor", "/health/live", ["GET"]],
  ["__proto__", "/health/live", ["GET"]],
])("%s %s is not supported, and what is, is told", (method, path, allow) => {
  expect(problemOf(method, path)).toMatchObject({ kind: "method-not-allowed", allow });
});

test("any path is found or is nothing, never an error", () => {
  const pieces = fc.constantFrom(
    "/",
    "beta",
    "v1.0",
    "me",
    "notifications",
    "%",
    "%2",
    "%2F",
    "%00",
    "?",
    "#",
    ":",
    "*",
    ";",
    "é",
    "..",
  );
  const paths = fc.oneof(
    fc.string(),
    fc.array(pieces).map((parts) => `/${parts.join("")}`),
  );
  fc.assert(
    fc.property(paths, (path) => {
      try {
        find("GET", path);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
      }
    }),
    { numRuns: 500 },
  );
});
