import { TableClient } from "@azure/data-tables";
import { describe, expect, test } from "vitest";
import { anyone, stack } from "./anyone.ts";
import { expectFault } from "./expect-fault.ts";
import {
  as,
  asCase,
  delta,
  deltaLinkOf,
  type Entity,
  expectEntity,
  get,
  idsOf,
  list,
  pages,
  patch,
  posted,
  right,
  valuesOf,
} from "./feed-client.ts";

/** A single notification is marked, or deleted. */
export const feedOneCases = (): void => {
  describe("PATCH notifications/{id}", () => {
    test("readState and userActionState, one or both, any transition, 200 with the entity; neither implies the other", async () => {
      const [id] = await posted(1);
      const path = `notifications/${id!}`;
      const etags = new Set([(await get(path)).json["@odata.etag"] as string]);
      const expected = { readState: "unread", userActionState: "noInteraction" };
      for (const change of [
        ...[{ userActionState: "activated" }, { userActionState: "dismissed" }, { userActionState: "snoozed" }],
        ...[{ userActionState: "noInteraction" }, { readState: "read" }, { readState: "unread" }],
        { readState: "read", userActionState: "snoozed" },
      ]) {
        Object.assign(expected, change);
        const { json, headers } = await right(patch(path, change));
        expectEntity(json as Entity);
        expect(json).toMatchObject({ ...expected, status: "updated" });
        expect(Math.abs(Date.parse(String(json.lastModifiedDateTime)) - Date.now())).toBeLessThan(5_000);
        expect(headers.etag).toBe(json["@odata.etag"]);
        etags.add(String(json["@odata.etag"]));
        expect((await get(path)).json).toMatchObject(expected);
      }
      expect(etags.size).toBe(8);
    });

    const noStates: readonly unknown[] = [
      {},
      [],
      null,
      1,
      { status: "deleted" },
      { readState: "read", payload: {} },
      { readState: "READ?" },
      { readState: null },
      { readState: 1 },
      { userActionState: "clicked" },
      { groupName: "g" },
      { readState: "read", x: 1 },
    ];
    test.each(noStates.map(asCase))("none of the two, or any other member, is a 400: %s", async (_name, body) => {
      const [id] = await posted(1);
      const answer = await patch(`notifications/${id!}`, body);
      expectFault(answer, 400);
      expect((await get(`notifications/${id!}`)).json).toMatchObject({
        readState: "unread",
        lastModifiedDateTime: null,
      });
    });

    test("no JSON 400, no JSON content type 415, too large 413", async () => {
      const [id] = await posted(1);
      const path = `notifications/${id!}`;
      expectFault(await patch(path, "{"), 400);
      expectFault(await patch(path, "{}", { headers: { "content-type": "text/plain" } }), 415);
      expectFault(await patch(path, "{}".padEnd(70_000)), 413);
    });

    test("If-Match: the current ETag and * pass, another is a 412 and changes nothing; last write wins without it", async () => {
      const [id] = await posted(1);
      const path = `notifications/${id!}`;
      const { json } = await get(path);
      const ifMatch = (etag: string) => ({ headers: { "if-match": etag } });
      const next = await right(patch(path, { readState: "read" }, ifMatch(String(json["@odata.etag"]))));
      for (const etag of [String(json["@odata.etag"]), '"x"', '"1.1"']) {
        expectFault(await patch(path, { readState: "unread" }, ifMatch(etag)), 412);
      }
      expect((await get(path)).json.readState).toBe("read");
      const list = `"x", ${String(next.json["@odata.etag"])}`;
      await right(patch(path, { readState: "unread" }, ifMatch(list)));
      await right(patch(path, { readState: "read" }, ifMatch("*")));
      await right(patch(path, { readState: "unread" }));
    });

    test("two PATCHes with one ETag at once: one passes, one is a 412", async () => {
      const [id] = await posted(1);
      const path = `notifications/${id!}`;
      const headers = { "if-match": String((await get(path)).json["@odata.etag"]) };
      const body = { readState: "read" };
      const answers = await Promise.all([1, 2, 3, 4].map(() => patch(path, body, { headers })));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412]);
    });

    test("a deleted one is a 404", async () => {
      const [id] = await posted(1);
      await right(as(anyone, "DELETE", `notifications/${id!}`), 204);
      expectFault(await patch(`notifications/${id!}`, { readState: "read" }), 404);
      expectFault(await patch(`notifications/${id!}`, { readState: "read" }, { headers: { "if-match": "*" } }), 404);
    });
  });

  describe("DELETE notifications/{id}", () => {
    test("204, also when already deleted; never known 404; the same appNotificationId is a new notification", async () => {
      const [id, other] = await posted(2, (index) => ({ appNotificationId: `name-${index}` }));
      for (const _ of [1, 2, 3]) {
        const { text } = await right(as(anyone, "DELETE", `notifications/${id!}`), 204);
        expect(text).toBe("");
      }
      expectFault(await as(anyone, "DELETE", `notifications/${crypto.randomUUID()}`), 404);
      expect(idsOf([await get(list())])).toEqual([other]);
      const [again] = await posted(1, () => ({ appNotificationId: "name-0" }));
      expect(again).not.toBe(id);
      await right(as(anyone, "DELETE", `notifications/${id!}`), 204);
      expect(idsOf([await get(list())])).toEqual([again, other]);
    });

    test("If-Match is honoured here as well", async () => {
      const [id] = await posted(1);
      const path = `notifications/${id!}`;
      expectFault(await as(anyone, "DELETE", path, { headers: { "if-match": '"x"' } }), 412);
      const headers = { "if-match": String((await get(path)).json["@odata.etag"]) };
      await right(as(anyone, "DELETE", path, { headers }), 204);
    });

    test("the delta shows a tombstone without content, the tables hold none of it", async () => {
      const secret = `content-${crypto.randomUUID()}`;
      const [id] = await posted(1, () => ({
        payload: { rawContent: secret },
        appNotificationId: secret,
        groupName: secret,
      }));
      const since = deltaLinkOf(await pages(delta()));
      await right(as(anyone, "DELETE", `notifications/${id!}`), 204);
      const tombstone = { id, status: "deleted", "@removed": { reason: "deleted" } };
      expect(valuesOf(await pages(since))).toEqual([tombstone]);
      expect(valuesOf(await pages(delta())).filter((one) => one.id === id && one["@removed"] === undefined)).toEqual(
        [],
      );
      const { connectionString } = stack.stack.tables;
      for (const table of ["feeds", "deliveries"]) {
        const client = TableClient.fromConnectionString(connectionString, table, { allowInsecureConnection: true });
        for await (const row of client.listEntities()) expect(JSON.stringify(row)).not.toContain(secret);
      }
    });
  });
};
