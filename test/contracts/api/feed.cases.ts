import { expect, test } from "vitest";
import type { Backends } from "../../support/backends.ts";
import { subscribe } from "./api-under-test.ts";
import { deltaQuery, feedClient, feedPath, feedQuery } from "./feed-under-test.ts";
import { app, at, authorization, backends, me, newClientForEach, none } from "./feed-client-under-test.ts";
import { feedChangeCases } from "./feed-changes.cases.ts";
import { feedReadCases } from "./feed-reads.cases.ts";

/** What a client reads and changes of its feed, and nobody else. */
export const feedCases = (shared: () => Backends): void => {
  newClientForEach(shared);
  feedReadCases();
  feedChangeCases();

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
