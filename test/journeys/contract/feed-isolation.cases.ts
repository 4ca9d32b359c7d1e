import { describe, expect, test } from "vitest";
import { anyone, caller, stack } from "./anyone.ts";
import type { Answer } from "./caller.ts";
import { secondHost, sendersOnlyHost } from "./contract-stack.ts";
import { expectFault } from "./expect-fault.ts";
import { as, delta, get, idsOf, list, patch, posted, right } from "./feed-client.ts";

/** Whose feed is read, and who may not read it. */
export const feedIsolationCases = (): void => {
  describe("GET notifications", () => {
    test("targetHostName: not the calling app's 403, left out by a client of one it is that one, by a client of two 400", async () => {
      const [id] = await posted(1);
      for (const path of ["notifications", "notifications/delta"]) {
        const own = await get(path);
        expect(idsOf([own])).toEqual([id]);
        for (const name of ["other.contoso.com", "nobody.contoso.com", sendersOnlyHost]) {
          expectFault(await as(anyone, "GET", `${path}?targetHostName=${name}`), 403);
        }
        const ofTwo = await caller.person(caller.other);
        expectFault(await as(ofTwo, "GET", path), 400);
        for (const name of [secondHost, "other.contoso.com", "OTHER.contoso.com"]) {
          expect((await get(`${path}?targetHostName=${name}`, ofTwo)).json.value).toEqual([]);
        }
      }
    });

    test("an app's two host names are two feeds; its entities are found in both", async () => {
      const ofTwo = await caller.person(caller.other);
      const hosts = ["other.contoso.com", secondHost];
      const ids = await Promise.all(
        hosts.map(async (targetHostName) => {
          const { json } = await right(caller.post({ targetHostName, appNotificationId: "a" }, ofTwo), 201);
          return String(json.id);
        }),
      );
      for (const [index, name] of hosts.entries()) {
        expect(idsOf([await get(`notifications?targetHostName=${name}`, ofTwo)])).toEqual([ids[index]]);
        expect((await get(`notifications/${ids[index]!}`, ofTwo)).json.targetHostName).toBe(name);
        await right(as(ofTwo, "DELETE", `notifications/${ids[index]!}`), 204);
      }
    });

    test("app-only tokens never reach the feed: 403", async () => {
      const token = await stack.token();
      const [id] = await posted(1);
      const { unsid } = await stack.device(anyone.upn);
      const body = { readState: "read" };
      for (const headers of [{}, { "x-uns-id": unsid }]) {
        for (const path of [list(), delta(), `notifications/${id!}`, `activities/${id!}`]) {
          expectFault(await caller.ask("GET", path, { token, headers }), 403);
        }
        expectFault(await caller.ask("PATCH", `notifications/${id!}`, { token, headers, body }), 403);
        expectFault(await caller.ask("PATCH", list(), { token, headers, body: { all: true, ...body } }), 403);
        expectFault(await caller.ask("DELETE", `notifications/${id!}`, { token, headers }), 403);
      }
    });
  });

  describe("others", () => {
    test("X-UNS-ID of the user's own device is taken on every operation; a stranger's is a 403", async () => {
      const [id] = await posted(1);
      const [own, strangers] = await Promise.all([stack.device(anyone.upn), stack.device((await caller.person()).upn)]);
      const asks = (unsid: string): [number, Promise<Answer>][] => [
        [200, as(anyone, "GET", list(), { unsid })],
        [200, as(anyone, "GET", delta(), { unsid })],
        [200, as(anyone, "GET", `notifications/${id!}`, { unsid })],
        [200, patch(`notifications/${id!}`, { readState: "read" }, { unsid })],
      ];
      for (const [status, asking] of asks(own.unsid)) await right(asking, status);
      for (const [, asking] of asks(strangers.unsid)) expectFault(await asking, 403);
      expectFault(await as(anyone, "DELETE", `notifications/${id!}`, { unsid: "unknown" }), 403);
      await right(as(anyone, "DELETE", `notifications/${id!}`, { unsid: own.unsid }), 204);
    });
  });
};
