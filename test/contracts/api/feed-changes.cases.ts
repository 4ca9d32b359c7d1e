import { expect, test } from "vitest";
import { notification, subscribe } from "./api-under-test.ts";
import { deltaQuery, feedPath, feedQuery, valuesOf } from "./feed-under-test.ts";
import { app, at, authorization, etagOf, me, none, toldOf } from "./feed-client-under-test.ts";

/** What a client changes of its feed, and who is told. */
export const feedChangeCases = (): void => {
  test("what is changed is answered, moves its ETag, and is status updated from then on", async () => {
    const id = await me.posted();
    const before = await etagOf(id);
    const answer = await me.ask("PATCH", at(id), { body: { READSTATE: "Read" } });
    expect([answer.status, answer.json.id]).toEqual([200, id]);
    expect(answer.json).toMatchObject({ status: "updated", readState: "read", userActionState: "noInteraction" });
    expect(answer.json.lastModifiedDateTime).not.toBeNull();
    expect(answer.headers.get("etag")).toBe(answer.json["@odata.etag"]);
    expect(answer.headers.get("etag")).not.toBe(before);
    const { json } = await me.ask("GET", at(id));
    expect(json).toEqual({ ...answer.json, displayTimeToLive: json.displayTimeToLive });
    for (const body of [{ userActionState: "snoozed" }, { userActionState: "noInteraction", readState: "unread" }]) {
      expect((await me.ask("PATCH", at(id), { body })).json).toMatchObject(body);
    }
  });

  test("If-Match lets nobody overwrite what they have not seen", async () => {
    const id = await me.posted();
    const seen = await etagOf(id);
    const change = { body: { readState: "read" } };
    expect((await me.ask("PATCH", at(id), { ...change, headers: { "if-match": seen } })).status).toBe(200);
    const late = await me.ask("PATCH", at(id), { ...change, headers: { "if-match": seen } });
    expect([late.status, late.json.error.code]).toEqual([412, "PreconditionFailed"]);
    expect((await me.ask("DELETE", at(id), { headers: { "if-match": seen } })).status).toBe(412);
    expect((await me.ask("GET", at(id))).status).toBe(200);
    const current = await etagOf(id);
    expect((await me.ask("DELETE", at(id), { headers: { "if-match": `W/${current}` } })).status).toBe(204);
    expect((await me.ask("DELETE", at(id), { headers: { "if-match": seen } })).status).toBe(204); // it is gone already
  });

  test("what is deleted is gone from everywhere at once, but for a tombstone in the delta", async () => {
    const body = notification({ payload: { rawContent: "to be forgotten" } });
    const id = await me.posted(body);
    const link = (await me.pages(deltaQuery)).at(-1)?.json["@odata.deltaLink"] as string;
    const deleted = await me.ask("DELETE", at(id));
    expect([deleted.status, deleted.text]).toEqual([204, ""]);
    expect((await me.ask("DELETE", at(id))).status).toBe(204);
    expect((await me.ask("GET", at(id))).status).toBe(404);
    expect((await me.ask("PATCH", at(id), { body: { readState: "read" } })).status).toBe(404);
    expect((await me.ask("GET", feedQuery)).json.value).toEqual([]);
    const tombstone = { id, status: "deleted", "@removed": { reason: "deleted" } };
    expect(valuesOf(await me.pages(link))).toEqual([tombstone]);
    expect(valuesOf(await me.pages(deltaQuery))).toEqual([tombstone]);

    const again = await me.ask("POST", feedPath, { body });
    expect(again.status).toBe(201);
    expect(again.json.id).not.toBe(id);
    expect(valuesOf(await me.pages(deltaQuery)).map((one) => one.id)).toEqual([id, again.json.id]);
  });

  test("many are marked in one write and told by one message; the device that marked them is named in it", async () => {
    const { json } = await subscribe(app, authorization);
    const headers = { "x-uns-id": json.userNotificationSubscriptionId as string };
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1) ids.push(await me.posted());
    const body = { ids: [ids[2], none, ids[0], ids[1]], readState: "read", userActionState: "activated" };
    const answer = await me.ask("PATCH", feedQuery, { body, headers });
    expect([answer.status, answer.json]).toEqual([
      200,
      { value: body.ids.map((id) => ({ id, status: id === none ? 404 : 200 })) },
    ]);
    expect((await me.ask("PATCH", feedQuery, { body, headers })).json).toEqual(answer.json); // the broker has seen its message
    for (const id of ids) {
      expect((await me.ask("GET", at(id))).json).toMatchObject({ readState: "read", userActionState: "activated" });
    }
    // By the newest, in whatever order they were asked for: its message ends last.
    expect(await toldOf(...ids)).toMatchObject([{ id: ids[2], version: 6, actor: json.id as string, hop: 0 }]);
  });

  test("all that are not so yet are marked, newest first, and told by one message", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 4; index += 1) ids.unshift(await me.posted());
    await me.ask("PATCH", at(ids[1]!), { body: { readState: "read" } });
    const body = { all: true, readState: "read" };
    const { status, json } = await me.ask("PATCH", feedQuery, { body });
    expect([status, json]).toEqual([200, { value: [ids[0], ids[2], ids[3]].map((id) => ({ id, status: 200 })) }]);
    const unread = `${feedQuery}&$filter=${encodeURIComponent("readState eq 'unread'")}`;
    expect(valuesOf(await me.pages(unread))).toEqual([]);
    expect((await toldOf(...ids)).map(({ version }) => version)).toEqual([5, 8]);
  });

  test("a change and a deletion are told to the devices, twice asked once; browsers alone are told nothing", async () => {
    const id = await me.posted();
    const webOnly = await me.posted({ targetPolicy: { platformTypes: ["WebPush"] } });
    for (const each of [webOnly, id]) {
      await me.ask("PATCH", at(each), { body: { readState: "read" } });
      await me.ask("PATCH", at(each), { body: { readState: "read" } });
      await me.ask("DELETE", at(each));
      await me.ask("DELETE", at(each));
    }
    const told = await toldOf(id, webOnly);
    expect(told.map(({ messageId }) => messageId)).toEqual([`${id}:5:state:0`, `${id}:6:state:0`]);
  });
};
