import { describe, expect, test } from "vitest";
import { sendersOnlyHost } from "./contract-stack.ts";
import { expectFault, guid } from "./expect-fault.ts";
import { anyone, caller, list, members, path, stack, subscribe } from "./subscriber.ts";

/** Who sees and ends subscriptions. */
export const knownSubscriptionCases = (): void => {
  describe("who may", () => {
    test("app-only tokens never reach subscriptions: 403", async () => {
      const token = await stack.token();
      const { json } = await subscribe({});
      expectFault(await subscribe({}, { token }), 403);
      expectFault(await caller.ask("GET", path, { token }), 403);
      expectFault(await caller.ask("GET", `${path}/${String(json.id)}`, { token }), 403);
      expectFault(await caller.ask("DELETE", `${path}/${String(json.id)}`, { token }), 403);
      expect(await list()).toHaveLength(1);
    });

    test("an app that is not among the host name's clients: 403", async () => {
      expectFault(await subscribe({ targetHostName: caller.other.hostName }), 403);
      expectFault(await subscribe({ targetHostName: "nobody.contoso.com" }), 403);
      const { token } = await caller.person(caller.other);
      expectFault(await subscribe({ targetHostName: sendersOnlyHost }, { token }), 403);
    });

    test("nobody sees or ends another's subscription, nor that of another app", async () => {
      const { json } = await subscribe({});
      const one = `${path}/${String(json.id)}`;
      const strangers = [(await caller.person()).token, await stack.token({ app: caller.other, user: anyone.upn })];
      for (const token of strangers) {
        expect(await list(token)).toEqual([]);
        expectFault(await caller.ask("GET", one, { token }), 404);
        const deleted = await caller.ask("DELETE", one, { token });
        expect([204, 404]).toContain(deleted.status);
      }
      expect(await list()).toHaveLength(1);
    });
  });

  describe("GET and DELETE", () => {
    test("GET lists the user's with channelState and without UNSIDs; one by its id likewise", async () => {
      const made = await Promise.all(
        ["a", "b"].map(async (deviceId) => {
          const { channel } = await stack.push.createDevice();
          return subscribe({ deviceId, displayName: deviceId, channel });
        }),
      );
      const all = await list();
      expect(all.map(({ id }) => id).toSorted()).toEqual(made.map(({ json }) => String(json.id)).toSorted());
      const shown = [...members.filter((name) => name !== "userNotificationSubscriptionId"), "channelState"];
      for (const one of all) {
        expect(
          Object.keys(one)
            .filter((name) => !name.startsWith("@"))
            .toSorted(),
        ).toEqual(shown.toSorted());
        expect(one.channelState).toBe("active");
        const { status, json, text } = await caller.ask("GET", `${path}/${String(one.id)}`, { token: anyone.token });
        expect(status, text).toBe(200);
        expect(json).toMatchObject(one);
        expect(text).not.toContain("userNotificationSubscriptionId");
      }
    });

    test("DELETE is a 204 without a body, a repeat too; then it is nowhere, and its UNSID names nobody", async () => {
      const { json } = await subscribe({});
      const one = `${path}/${String(json.id)}`;
      for (const _ of [1, 2]) {
        const deleted = await caller.ask("DELETE", one, { token: anyone.token });
        expect([deleted.status, deleted.text]).toEqual([204, ""]);
        expect(deleted.headers["request-id"]).toMatch(guid);
      }
      expectFault(await caller.ask("GET", one, { token: anyone.token }), 404);
      expect(await list()).toEqual([]);
      const unsid = String(json.userNotificationSubscriptionId);
      expectFault(await caller.post({}, { token: await stack.token(), unsid }), 403);
    });

    test.each([crypto.randomUUID(), "x", "%20", "a%2Fb", "x".repeat(500), "'"])("GET of %s is a 404", async (id) => {
      expectFault(await caller.ask("GET", `${path}/${id}`, { token: anyone.token }), 404);
    });

    test("vapidPublicKey needs no token, and is an uncompressed P-256 point", async () => {
      for (const prefix of ["/beta", "/v1.0"]) {
        const { status, json } = await caller.ask("GET", `${prefix}/me/notifications/vapidPublicKey`);
        expect([status, Object.keys(json as object)]).toEqual([200, ["publicKey"]]);
        const point = Buffer.from(String(json.publicKey), "base64url");
        expect([point.length, point[0]]).toEqual([65, 4]);
      }
    });
  });
};
