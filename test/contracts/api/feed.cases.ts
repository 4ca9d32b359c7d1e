import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import { publicUrl, type Backends } from "../../support/backends.ts";
import { notification, sampleHost, subscribe } from "./api-under-test.ts";
import { deltaQuery, feedClient, feedPath, feedQuery, valuesOf, type FeedClient } from "./feed-under-test.ts";

let backends: Backends;
let app: AppInProcess;
let me: FeedClient;
let authorization: string;

/** What a client reads and changes of its feed. */
export const feedCases = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    app = await heldToItsDescription(await loadApp(backends.settings()));
  });
  afterAll(async () => {
    await app.close();
  });

  beforeEach(async () => {
    authorization = await backends.authorization(backends.apps.sample, `${crypto.randomUUID()}@contoso.com`);
    me = feedClient(app, authorization);
  });

  const at = (id: string): string => `${feedPath}/${id}`;
  const etagOf = async (id: string): Promise<string> => (await me.ask("GET", at(id))).headers.get("etag") ?? "";
  /** The changes the queue was told of these notifications; whatever else is on it is taken away too. */
  const toldOf = async (...ids: readonly string[]): Promise<Told[]> =>
    (await backends.bus.take(1_000, 500))
      .map((message) => ({ ...(message.body as Told), messageId: message.messageId }))
      .filter(({ id, kind }) => ids.includes(id) && kind === "state");
  type Told = { readonly messageId: unknown; readonly id: string; readonly kind: string; readonly version: number };
  const none = "019c13f0-0000-7000-8000-000000000001";

  test("a notification is read as it was posted, under both its paths, by its id in any case", async () => {
    const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, ".5Z");
    const appNotificationId = crypto.randomUUID();
    const payload = { rawContent: "raw ž🦓", visualContent: { title: "t", body: "b" } };
    const id = await me.posted({
      appNotificationId,
      payload,
      groupName: "Orders",
      targetPolicy: { platformTypes: ["ios", "WebPush"] },
      displayTimeToLive: 60,
      expirationDateTime,
      priority: "low",
    });
    const answer = await me.ask("GET", at(id));
    expect(answer.status).toBe(200);
    expect(Object.entries(answer.json as object)).toEqual([
      ["id", id],
      ["targetHostName", sampleHost],
      ["appNotificationId", appNotificationId],
      ["groupName", "Orders"],
      ["creationDateTime", expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z$/)],
      ["lastModifiedDateTime", null],
      ["expirationDateTime", expirationDateTime],
      ["status", "active"],
      ["priority", "Low"],
      ["displayTimeToLive", expect.closeTo(58, -1)],
      ["readState", "unread"],
      ["userActionState", "noInteraction"],
      ["targetPolicy", { platformTypes: ["iOS", "WebPush"] }],
      ["payload", payload],
      ["@odata.etag", answer.headers.get("etag")],
    ]);
    expect(answer.headers.get("etag")).toMatch(/^"[\w-]+\.\d+"$/);
    expect(answer.headers.get("content-type")).toBe("application/json;odata.metadata=minimal;charset=utf-8");
    for (const path of [`/beta/me/activities/${id}`, `/V1.0/me/notifications/${id.toUpperCase()}/`]) {
      expect((await me.ask("GET", path)).json).toMatchObject({ id, payload });
    }
  });

  test("the list is newest first and goes on by links that carry all they need", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.unshift(await me.posted({ groupName: `g${index % 2}` }));
    const pages = await me.pages(`${feedQuery}&$top=2`);
    expect(pages.map(({ json }) => json.value.length as number)).toEqual([2, 2, 1]);
    expect(valuesOf(pages).map(({ id }) => id)).toEqual(ids);
    expect(pages[0]?.json["@odata.nextLink"]).toMatch(
      new RegExp(`^${publicUrl}/beta/me/notifications\\?targetHostName=${sampleHost}&\\$top=2&\\$skiptoken=[\\w.~-]+$`),
    );
    expect(pages[0]?.json["@odata.context"]).toMatch(
      /^http:.*\/beta\/\$metadata#users\('.*%40contoso\.com'\)\/notifications$/,
    );
    const filtered = await me.pages(`${feedPath}?$filter=${encodeURIComponent("groupName eq 'g0'")}&$top=1`);
    expect(valuesOf(filtered).map(({ id }) => id)).toEqual([ids[0], ids[2], ids[4]]);
    const old = await me.ask("GET", `/v1.0/me/notifications?$top=1`);
    expect(old.json["@odata.nextLink"]).toContain(`${publicUrl}/v1.0/me/notifications?`);
  });

  test("a feed that nobody ever wrote to is an empty list, and a delta that later writes follow on", async () => {
    expect((await me.ask("GET", feedQuery)).json.value).toEqual([]);
    const [empty] = await me.pages(deltaQuery);
    expect(empty?.json.value).toEqual([]);
    const id = await me.posted();
    const next = await me.pages(empty?.json["@odata.deltaLink"] as string);
    expect(valuesOf(next).map((one) => one.id)).toEqual([id]);
  });

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

  test("a delta tells each change once, in order, and ends with the feed's state", async () => {
    const [first, second, third] = [await me.posted(), await me.posted(), await me.posted()];
    await me.ask("PATCH", at(first), { body: { readState: "read" } });
    await me.ask("DELETE", at(second));
    const pages = await me.pages(`${deltaQuery}&$top=1`);
    expect(valuesOf(pages).map(({ id, status }) => [id, status])).toEqual([
      [third, "active"],
      [first, "updated"],
      [second, "deleted"],
    ]);
    const last = pages.at(-1);
    expect(pages.filter(({ headers }) => headers.has("etag"))).toEqual([last]);
    expect(last?.headers.get("etag")).toMatch(/^"[\w-]+\.5"$/);
    expect(valuesOf(await me.pages(last?.json["@odata.deltaLink"] as string))).toEqual([]);
  });

  test("another app's users see nothing of it, and neither does another user, nor the app without a user", async () => {
    const id = await me.posted();
    const otherApp = feedClient(app, await backends.authorization(backends.apps.other, "neighbour@contoso.com"));
    const otherUser = feedClient(app, await backends.authorization(backends.apps.sample, "neighbour@contoso.com"));
    const change = { body: { readState: "read" } };
    for (const [client, collection] of [
      [otherApp, 403],
      [otherUser, 200],
    ] as const) {
      for (const method of ["GET", "PATCH", "DELETE"] as const) {
        expect((await client.ask(method, at(id), method === "PATCH" ? change : {})).status).toBe(404);
      }
      for (const path of [feedQuery, deltaQuery]) {
        const answer = await client.ask("GET", path);
        expect([answer.status, answer.json.value ?? []]).toEqual([collection, []]);
      }
      const many = await client.ask("PATCH", feedQuery, { body: { ids: [id], readState: "read" } });
      expect([many.status, many.json.value ?? [{ id, status: 404 }]]).toEqual([collection, [{ id, status: 404 }]]);
    }
    const link = (await me.ask("GET", deltaQuery)).json["@odata.deltaLink"] as string;
    expect((await otherUser.ask("GET", link)).status).toBe(400);

    const appOnly = feedClient(app, await backends.authorization(backends.apps.sample));
    const noScope = feedClient(
      app,
      await backends.authorization(backends.apps.sample, "neighbour@contoso.com", { scope: "openid" }),
    );
    for (const client of [appOnly, noScope]) {
      for (const [method, path, body] of [
        ["GET", feedQuery],
        ["GET", deltaQuery],
        ["GET", at(id)],
        ["GET", `/beta/me/activities/${id}`],
        ["PATCH", at(id), { readState: "read" }],
        ["PATCH", feedQuery, { all: true, readState: "read" }],
        ["DELETE", at(id)],
      ] as const) {
        expect((await client.ask(method, path, { ...(body && { body }) })).status).toBe(403);
      }
    }
    expect((await me.ask("GET", at(id))).json.readState).toBe("unread");
  });

  test("every path says which methods it has, and who did not say who they are is told so", async () => {
    for (const [path, allow] of [
      [feedPath, "GET, POST, PATCH"],
      [`${feedPath}/delta`, "GET"],
      [at(none), "GET, PATCH, DELETE"],
      [`/beta/me/activities/${none}`, "GET"],
    ] as const) {
      const wrong = await me.ask("PUT", path, { body: {} });
      expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, allow]);
      const nobody = await app.ask(path === feedPath ? "PATCH" : "GET", path);
      expect([nobody.status, nobody.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    }
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

  test("a page that follows the delta ends up with what the feed holds, however many write meanwhile", async () => {
    const settings = backends.settings({ THROTTLE_USER_WRITES_PER_5_MINUTES: "1000" });
    const instances = [await loadApp(settings), await loadApp(settings)];
    const writers = [...instances, ...instances].map((instance) => feedClient(instance, authorization));
    const appNotificationIds = Array.from({ length: 12 }, () => crypto.randomUUID());
    const oneOf = <T>(some: readonly T[]): T => some[Math.floor(Math.random() * some.length)]!;
    let stillWriting = writers.length;
    let passes = 0;
    const writeSome = async (client: FeedClient): Promise<void> => {
      for (let count = 0; count < 8 || passes < 3; count += 1) {
        const known = valuesOf([await client.ask("GET", feedQuery)]).map(({ id }) => id);
        const draw = Math.random();
        if (known.length < 3 || draw < 0.4) await client.posted({ appNotificationId: oneOf(appNotificationIds) });
        else if (draw < 0.6)
          await client.ask("PATCH", at(oneOf(known)), { body: { readState: oneOf(["read", "unread"]) } });
        else if (draw < 0.7)
          await client.ask("PATCH", feedQuery, { body: { ids: known, userActionState: "activated" } });
        else await client.ask("DELETE", at(oneOf(known)));
      }
    };

    const held = new Map<string, Readonly<Record<string, unknown>>>();
    /** One pass; the link of the next. */
    const follow = async (link: string): Promise<string> => {
      const pages = await me.pages(link);
      const changes = valuesOf(pages);
      expect(new Set(changes.map(({ id }) => id)).size).toBe(changes.length); // none twice in a pass
      for (const change of changes) {
        if (change.status === "deleted") held.delete(change.id);
        else held.set(change.id, change);
      }
      return pages.at(-1)?.json["@odata.deltaLink"] as string;
    };
    const writing = Promise.all(writers.map((client) => writeSome(client).finally(() => (stillWriting -= 1))));
    writing.catch(() => undefined); // told below, when the reader is done
    let link = `${deltaQuery}&$top=3`;
    while (stillWriting > 0) {
      link = await follow(link);
      passes += 1;
    }
    await writing;
    await follow(link);

    const stored = valuesOf(await me.pages(feedQuery));
    const known = (entity: object): object => ({ ...entity, displayTimeToLive: 0 });
    expect([...held.values()].sort((a, b) => (String(a.id) < String(b.id) ? 1 : -1)).map(known)).toEqual(
      stored.map(known),
    );
    await Promise.all(instances.map((instance) => instance.close()));
  });

  test("nothing of a notification's content, and no UNSID or token, is ever logged", async () => {
    const { json } = await subscribe(app, authorization);
    const unsid = json.userNotificationSubscriptionId as string;
    const id = await me.posted({ payload: { rawContent: "content-to-be-kept" } });
    const headers = { "x-uns-id": unsid };
    await me.ask("GET", feedQuery, { headers });
    await me.ask("PATCH", at(id), { body: { readState: "seen" }, headers });
    await me.ask("GET", `${feedQuery}&$skiptoken=${(await me.ask("GET", deltaQuery)).headers.get("etag") ?? ""}`, {
      headers,
    });
    const logged = app.logged.join("\n");
    for (const secret of ["content-to-be-kept", unsid, authorization.slice(7)]) expect(logged).not.toContain(secret);
  });
};
