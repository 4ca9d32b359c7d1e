import { expect, test } from "vitest";
import { loadApp } from "../../support/app-in-process.ts";
import { publicUrl } from "../../support/backends.ts";
import { notification, post, unsidOf } from "./api-under-test.ts";
import { accepted, app, authorization, backends, guid, unsid } from "./accept-under-test.ts";

/** What is answered to a notification that is taken, and whose it is. */
export const acceptedAnswerCases = (): void => {
  test("the answer to a new notification is the original's, member by member, and its message is on the queue", async () => {
    const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, ".250Z");
    const answer = await accepted(
      notification({
        payload: {
          visualContent: { title: "Hello World!", body: "Notifications are Great!" },
          rawContent: "secret raw",
        },
        expirationDateTime,
        displayTimeToLive: "60",
        groupName: "TestGroup",
        priority: "high",
        targetPolicy: { platformTypes: ["windows", "ios", "android"] },
      }),
      { "client-request-id": "my-own-id" },
    );
    expect(answer.status).toBe(201);
    const { id, displayTimeToLive } = answer.json;
    expect(id).toMatch(guid);
    expect([59, 60]).toContain(displayTimeToLive);
    expect(answer.text).toBe(
      `{"@odata.context":"${publicUrl}/beta/$metadata#users('graphnotify%40contoso.com')/notifications/$entity"` +
        `,"displayTimeToLive":${displayTimeToLive},"expirationDateTime":"${expirationDateTime.replace("250Z", "25Z")}"` +
        `,"groupName":"TestGroup","id":"${id}","priority":"High"` +
        `,"payload":{"visualContent":{"title":"Hello World!","body":"Notifications are Great!"}}}`,
    );
    expect(Object.fromEntries(answer.headers)).toEqual({
      "content-type": "application/json;odata.metadata=minimal;charset=utf-8",
      location: `${publicUrl}/beta/me/activities/${id}`,
      "odata-version": "4.0",
      "request-id": expect.stringMatching(guid) as string,
      "client-request-id": "my-own-id",
      "strict-transport-security": expect.stringMatching(/^max-age=\d+$/) as string,
      "cache-control": "private",
    });
    const message = (await backends.bus.take(100, 400)).find(({ messageId }) =>
      String(messageId).startsWith(String(id)),
    );
    expect(message?.messageId).toBe(`${id}:1:content:0`);
    expect(JSON.stringify(message?.body)).not.toContain("secret raw");
  });

  test("raw content is not echoed, an absent group is null, and the priority's default depends on the content", async () => {
    const { json } = await accepted(notification());
    expect(json).toMatchObject({ groupName: null, priority: "None", payload: {} });
    const visual = await accepted(notification({ payload: { visualContent: { title: "t" } } }));
    expect(visual.json).toMatchObject({ priority: "High", payload: { visualContent: { title: "t" } } });
  });

  test("the same appNotificationId again is a 200 with the same id, or a 201 where the setting says so", async () => {
    const body = notification();
    const first = await accepted(body);
    const second = await accepted({ ...body, groupName: "other" });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.json).toMatchObject({ id: first.json.id, groupName: "other" });
    const always = await loadApp(backends.settings({ ALWAYS_201: "true" }));
    const third = await post(always, body, { unsid, headers: { authorization } });
    expect([third.status, third.json.id]).toEqual([201, first.json.id]);
    await always.close();
  });

  test.each([
    ["/beta/me/notifications", "/beta"],
    ["/v1.0/me/notifications/", "/v1.0"],
    ["/BETA/Me/Notifications", "/beta"],
  ])("%s serves the same, with links under %s", async (path, prefix) => {
    const headers = { authorization, "x-uns-id": unsid, "content-type": "application/json; charset=utf-8" };
    const answer = await app.ask("POST", path, { headers, body: notification() });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe(`${publicUrl}${prefix}/me/activities/${answer.json.id}`);
    expect(answer.json["@odata.context"]).toContain(`${publicUrl}${prefix}/$metadata#users(`);
  });

  test("a user's token needs no UNSID, takes the user's own, and the notification is the token's user's", async () => {
    const asUser = await backends.authorization(backends.apps.sample, "o'neil@contoso.com");
    const alone = await post(app, notification(), { headers: { authorization: asUser } });
    expect(alone.status).toBe(201);
    expect(alone.json["@odata.context"]).toContain("#users('o%27neil%40contoso.com')/");
    const own = await unsidOf(app, backends, "o'neil@contoso.com");
    expect((await post(app, notification(), { unsid: own, headers: { authorization: asUser } })).status).toBe(201);
  });

  test("two users of one app have a feed each: the same appNotificationId is new in both", async () => {
    const body = notification();
    const other = await unsidOf(app, backends, "somebody.else@contoso.com");
    const first = await accepted(body);
    const second = await post(app, body, { unsid: other, headers: { authorization } });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.json.id).not.toBe(first.json.id);
  });
};
