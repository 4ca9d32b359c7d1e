import { expect, test } from "vitest";
import { newChannel } from "../../support/backends.ts";
import { notification, post, sampleHost, subscribe, subscribePath } from "./api-under-test.ts";
import { app, backends, codeOf, many, newUser, on, one, otherHost } from "./subscriptions-under-test.ts";

/** Who sees and ends subscriptions, and how many there may be. */
export const knownCases = (): void => {
  test("a deleted subscription is gone: 204, also again and for an id that never was, and its UNSID is worth nothing at once", async () => {
    const authorization = await newUser();
    const { list, get, remove } = on(authorization);
    const first = one(await subscribe(app, authorization));
    const kept = await subscribe(app, authorization);
    const headers = { authorization: await backends.authorization(backends.apps.sample) };
    const unsid = first.userNotificationSubscriptionId;
    expect((await post(app, notification(), { unsid, headers })).status).toBe(201);
    for (const id of [first.id, first.id, "never-known", "a%27b%2Fc%23", "x".repeat(200)]) {
      const answer = await remove(id);
      expect([answer.status, answer.text]).toEqual([204, ""]);
    }
    expect((await post(app, notification(), { unsid, headers })).status).toBe(403);
    expect(codeOf(await get(first.id))).toEqual([404, "NotFound"]);
    expect(many(await list()).map(({ id }) => id)).toEqual([one(kept).id]);
    const again = await subscribe(app, authorization, { deviceId: first.deviceId });
    expect(again.status).toBe(201);
    expect(again.json.userNotificationSubscriptionId).not.toBe(unsid);
  });

  test("nobody sees or deletes another user's subscription, nor another app's of the same user", async () => {
    const name = `${crypto.randomUUID()}@contoso.com`;
    const authorization = await backends.authorization(backends.apps.sample, name);
    const { id } = one(await subscribe(app, authorization));
    const strangers = [await newUser(), await backends.authorization(backends.apps.other, name)];
    for (const stranger of strangers) {
      const { list, get, remove } = on(stranger);
      expect((await list()).json).toEqual({ value: [] });
      expect((await get(id)).status).toBe(404);
      expect((await remove(id)).status).toBe(204);
    }
    expect((await on(authorization).get(id)).status).toBe(200);
  });

  test("the device after the last that may be is answered 409, and one that is deleted makes room", async () => {
    const authorization = await newUser();
    const answers = await Promise.all(Array.from({ length: 5 }, () => subscribe(app, authorization)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused && codeOf(refused)).toEqual([409, "Conflict"]);
    const taken = answers.find(({ status }) => status === 201);
    await on(authorization).remove(one(taken!).id);
    expect((await subscribe(app, authorization)).status).toBe(201);
  });

  test("who may not see subscriptions is answered 403; faults of the body come first", async () => {
    const appOnly = await backends.authorization(backends.apps.sample);
    const unscoped = await newUser({ scope: "openid" });
    for (const authorization of [appOnly, unscoped]) {
      const { list, get, remove } = on(authorization);
      const answers = [await list(), await get("x"), await remove("x"), await subscribe(app, authorization)];
      for (const answer of answers) expect(codeOf(answer)).toEqual([403, "Forbidden"]);
      expect(codeOf(await subscribe(app, authorization, { channel: "x" }))).toEqual([400, "BadRequest"]);
    }
    const user = await newUser();
    for (const host of [otherHost, "nobody.contoso.com"]) {
      expect(codeOf(await on(user).list(`?targetHostName=${host}`))).toEqual([403, "Forbidden"]);
      expect(codeOf(await subscribe(app, user, { targetHostName: host }))).toEqual([403, "Forbidden"]);
    }
  });

  test("a client whose own UNSID has ended can still subscribe, list and delete", async () => {
    const authorization = await newUser();
    const headers = { authorization, "x-uns-id": "A".repeat(43), "content-type": "application/json" };
    const body = { targetHostName: sampleHost, platformType: "WebPush", deviceId: "a", channel: newChannel() };
    const answer = await app.ask("POST", subscribePath, { headers, body });
    expect(answer.status).toBe(201);
    expect(many(await app.ask("GET", subscribePath, { headers }))).toHaveLength(1);
    expect((await app.ask("DELETE", `${subscribePath}/${one(answer).id}`, { headers })).status).toBe(204);
  });

  test("other methods are answered 405 with those there are, without a token too", async () => {
    const answer = await app.ask("PUT", subscribePath);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, POST"]);
    const single = await app.ask("PATCH", `${subscribePath}/x`);
    expect([single.status, single.headers.get("allow")]).toEqual([405, "GET, DELETE"]);
  });
};
