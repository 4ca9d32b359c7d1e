import { describe, expect, test } from "vitest";
import { anyone, caller, stack } from "./anyone.ts";
import type { Person } from "./caller.ts";
import { expectFault } from "./expect-fault.ts";
import { as, type Entity, expectEntity, get, list, posted, right, valuesOf } from "./feed-client.ts";

/** A notification as its user reads it. */
export const feedEntityCases = (): void => {
  describe("the entity", () => {
    test("has these members, with what was posted, raw content included", async () => {
      const before = Date.now();
      const expirationDateTime = new Date(before + 3_600_000).toISOString().replace(/\.\d+Z/, ".250Z");
      const { json: made } = await caller.post(
        {
          ...{
            appNotificationId: "whole",
            groupName: "g",
            priority: "low",
            expirationDateTime,
            displayTimeToLive: "60",
          },
          ...{ payload: { rawContent: "raw", visualContent: { title: "t", body: "b" } } },
          targetPolicy: { platformTypes: ["webpush", "ios"] },
        },
        { token: anyone.token },
      );
      for (const path of [`notifications/${String(made.id)}`, `activities/${String(made.id)}`]) {
        const { json, headers } = await get(path);
        expectEntity(json as Entity);
        expect(json).toMatchObject({
          ...{ id: made.id, targetHostName: "graphnotifications.sample.windows.com", appNotificationId: "whole" },
          ...{
            groupName: "g",
            lastModifiedDateTime: null,
            expirationDateTime: expirationDateTime.replace("250Z", "25Z"),
          },
          ...{ status: "active", priority: "Low", readState: "unread", userActionState: "noInteraction" },
          payload: { rawContent: "raw", visualContent: { title: "t", body: "b" } },
        });
        expect((json.targetPolicy.platformTypes as string[]).toSorted()).toEqual(["WebPush", "iOS"]);
        expect(json.displayTimeToLive).toBeTypeOf("number");
        expect(json.creationDateTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z$/);
        expect(Math.abs(Date.parse(String(json.creationDateTime)) - before)).toBeLessThan(5_000);
        expect(headers["content-type"]).toBe("application/json;odata.metadata=minimal;charset=utf-8");
        expect(headers.etag).toBe(json["@odata.etag"]);
      }
      const location = `/beta/me/activities/${String(made.id)}`;
      expect((await get(location)).json.id).toBe(made.id);
    });

    test("in a list it is the same as alone", async () => {
      const [id] = await posted(1);
      const [listed] = valuesOf([await get(list())]);
      expectEntity(listed!);
      const {
        "@odata.context": _,
        displayTimeToLive: __,
        ...alone
      } = (await get(`notifications/${id!}`)).json as Entity;
      expect(listed).toMatchObject(alone);
    });

    test("404 when unknown, deleted, of another user, or of a host name that is not the calling app's", async () => {
      const [kept, deleted] = await posted(2);
      await right(as(anyone, "DELETE", `notifications/${deleted!}`), 204);
      const stranger = await caller.person();
      const otherApp = { upn: anyone.upn, token: await stack.token({ app: caller.other, user: anyone.upn }) };
      for (const [who, id] of [
        ...[
          [anyone, deleted!],
          [anyone, crypto.randomUUID()],
          [anyone, "x"],
          [anyone, "a%20b"],
        ],
        ...[
          [stranger, kept!],
          [otherApp, kept!],
        ],
      ] as [Person, string][]) {
        for (const path of [`notifications/${id}`, `activities/${id}`]) expectFault(await as(who, "GET", path), 404);
        const state = { body: { readState: "read" } };
        expectFault(await as(who, "PATCH", `notifications/${id}`, state), 404);
      }
      for (const who of [stranger, otherApp]) expectFault(await as(who, "DELETE", `notifications/${kept!}`), 404);
      expect((await get(`notifications/${kept!}`)).json.readState).toBe("unread");
    });
  });
};
