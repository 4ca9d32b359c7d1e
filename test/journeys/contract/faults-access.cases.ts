import { describe, expect, test } from "vitest";
import { anyone, appToken, caller, post, stack, unsid } from "./app-sender.ts";
import type { Answer } from "./caller.ts";
import { expectFault } from "./expect-fault.ts";

/** Callers who are refused. */
export const refusedCallerCases = (): void => {
  describe("401, the token", () => {
    const expectChallenge = (answer: Answer): void => {
      expectFault(answer, 401);
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/);
    };

    test.each([undefined, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer nonsense", "Token x"])(
      "Authorization: %s",
      async (authorization) => {
        expectChallenge(await caller.post({}, { unsid, headers: { authorization } }));
      },
    );

    test("for another audience", async () => {
      expectChallenge(await post({}, { token: await caller.oddToken({ resource: "api://somebody-else" }) }));
    });

    test("with another signature, another header or another payload", async () => {
      const [head = "", payload = "", signature = ""] = appToken.split(".");
      const changed = (part: string): string => `${part.slice(0, 10)}${part[10] === "A" ? "B" : "A"}${part.slice(11)}`;
      for (const parts of [
        [head, payload, changed(signature)],
        [head, changed(payload), signature],
        [changed(head), payload, signature],
        [head, payload, ""],
        [head, payload],
      ]) {
        expectChallenge(await post({}, { token: parts.join(".") }));
      }
    });

    test("on every path but those that need none", async () => {
      const id = crypto.randomUUID();
      for (const [method, path] of [
        ...[
          ["GET", "notifications"],
          ["PATCH", "notifications"],
          ["GET", "notifications/delta"],
        ],
        ...[
          ["GET", `notifications/${id}`],
          ["PATCH", `notifications/${id}`],
          ["DELETE", `notifications/${id}`],
        ],
        ...[
          ["GET", `activities/${id}`],

          ["POST", "notifications/subscriptions"],
        ],
        ...[
          ["GET", "notifications/subscriptions"],
          ["GET", `notifications/subscriptions/${id}`],
        ],
        ["DELETE", `notifications/subscriptions/${id}`],
      ]) {
        expectChallenge(await caller.ask(method!, path!));
      }
    });
  });

  describe("2.5: 403", () => {
    test("a caller on the block list, app-only and delegated, on every operation", async () => {
      for (const token of [
        await stack.token({ app: caller.blocked }),
        await stack.token({ app: caller.blocked, user: anyone.upn }),
      ]) {
        expectFault(await post({ targetHostName: caller.blocked.hostName }, { token }), 403);
        expectFault(await post({}, { token }), 403);
        expectFault(await caller.ask("GET", "notifications", { token }), 403);
        expectFault(await caller.ask("GET", "notifications/subscriptions", { token }), 403);
      }
    });

    test("an UNSID that is unknown, malformed or of another app", async () => {
      const otherApps = await stack.device(anyone.upn, caller.other);
      const wrong = [`${unsid}x`, unsid.slice(1), crypto.randomUUID(), "x", "a b", "x".repeat(4_000), otherApps.unsid];
      for (const wrongUnsid of wrong) expectFault(await post({}, { unsid: wrongUnsid }), 403);
      const fromOther = { token: await stack.token({ app: caller.other }), unsid };
      expectFault(await post({ targetHostName: caller.other.hostName }, fromOther), 403);
    });

    test("an UNSID of another user than the delegated token's", async () => {
      const { token } = await caller.person();
      expectFault(await post({}, { token }), 403);
    });

    test("an app that is not among the host name's senders or clients", async () => {
      expectFault(await post({}, { token: await stack.token({ app: caller.other }) }), 403);
      expectFault(await post({}, { token: (await caller.person(caller.other)).token, unsid: undefined }), 403);
      expectFault(await post({ targetHostName: caller.other.hostName }), 403);
      expectFault(await post({ targetHostName: "nobody.contoso.com" }), 403);
    });

    test("a user's token without the scope", async () => {
      const token = await caller.oddToken({ username: anyone.upn, scope: "User.Read" });
      for (const answer of [
        await post({}, { token }),
        await post({}, { token, unsid: undefined }),
        await caller.ask("GET", "notifications", { token }),
        await caller.ask("GET", "notifications/subscriptions", { token }),
      ]) {
        expectFault(answer, 403);
      }
    });

    test("a token whose scope has more beside the right one is right", async () => {
      const scope = "User.Read Notifications.ReadWrite.CreatedByApp";
      const token = await caller.oddToken({ username: anyone.upn, scope });
      expect((await post({}, { token })).status).toBe(201);
    });
  });
};
