import { describe, expect, test } from "vitest";
import { anyone, caller, stack } from "./anyone.ts";
import { rightBodies, typedBodies } from "./bodies.ts";
import { notification } from "./caller.ts";
import { expectHeaders, postAs } from "./create-answer.ts";
import { guid } from "./expect-fault.ts";

/** The answer's body as contract 2.3 prints it, written as text and not by a serializer. */
const answerText = (of: {
  readonly upn: string;
  readonly id: string;
  readonly displayTimeToLive: number;
  readonly expirationDateTime: string;
  readonly groupName: string;
  readonly priority: string;
  readonly payload: string;
  readonly base?: string;
}): string =>
  `{"@odata.context":"${of.base ?? caller.base}/$metadata#users('${of.upn.replace("@", "%40")}')/notifications/$entity"` +
  `,"displayTimeToLive":${of.displayTimeToLive},"expirationDateTime":"${of.expirationDateTime}"` +
  `,"groupName":${of.groupName},"id":"${of.id}","priority":"${of.priority}","payload":${of.payload}}`;

/** What contract 2.2 and 2.3 say of a notification that is taken, and of its answer. */
export const createCases = (): void => {
  describe("2.2 and 2.3", () => {
    test("the original's own example, its date shifted, is answered byte for byte", async () => {
      const { upn, token } = await caller.person();
      const { unsid } = await stack.device(upn);
      const date = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
      const example = `{"targetHostName":"graphnotifications.sample.windows.com","appNotificationId":"testDirectToastNotification","expirationDateTime":"${date}T23:59:00.000Z","payload":{"visualContent":{"title":"Hello World!","body":"Notifications are Great!"}},"targetPolicy":{"platformTypes":["windows","ios","android"]},"priority":"High","groupName":"TestGroup","displayTimeToLive":"60"}`;
      const sent = { token: await stack.token(), unsid, body: example };
      const answer = await caller.ask("POST", "/beta/me/notifications/", sent);
      expect(answer.status, answer.text).toBe(201);
      const { id, displayTimeToLive } = answer.json;
      expect([59, 60]).toContain(displayTimeToLive);
      expect(id).toMatch(guid);
      expect(answer.text).toBe(
        answerText({
          ...{ upn, id, displayTimeToLive, expirationDateTime: `${date}T23:59:00Z`, groupName: '"TestGroup"' },
          ...{
            priority: "High",
            payload: '{"visualContent":{"title":"Hello World!","body":"Notifications are Great!"}}',
          },
        }),
      );
      expectHeaders(answer);
      expect(answer.headers["client-request-id"]).toBe(answer.headers["request-id"]);
      expect((await caller.ask("POST", "/beta/me/notifications", { ...sent, token })).json.id).toBe(id);
    });

    test("without the trailing slash, and under /v1.0, the same is served, with that prefix in its links", async () => {
      for (const path of ["/v1.0/me/notifications", "/v1.0/me/notifications/", "/beta/me/notifications"]) {
        const base = `${caller.httpUrl}${path.slice(0, path.indexOf("/me"))}`;
        const answer = await caller.ask("POST", path, { token: anyone.token, body: notification() });
        expect(answer.status, answer.text).toBe(201);
        expectHeaders(answer, base);
        const context = `${base}/$metadata#users('${encodeURIComponent(anyone.upn)}')/notifications/$entity`;
        expect(answer.json["@odata.context"]).toBe(context);
      }
    });

    test("raw content is never echoed, nor host name, appNotificationId and policies; an absent group is null, priority None", async () => {
      const endpointFallback = { platformTypes: ["iOS"], fallbackDelayInSeconds: 60, visualContent: { title: "t" } };
      const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, ".250Z");
      const answer = await postAs(anyone, {
        ...{ appNotificationId: "never-echoed", payload: { rawContent: "secret" }, expirationDateTime },
        ...{ fallbackPolicy: { endpointFallback }, displayTimeToLive: 3, targetPolicy: { platformTypes: ["iOS"] } },
      });
      const { id, displayTimeToLive } = answer.json;
      expect([2, 3]).toContain(displayTimeToLive);
      expect(answer.text).toBe(
        answerText({
          ...{ upn: anyone.upn, id, displayTimeToLive, expirationDateTime: expirationDateTime.replace("250Z", "25Z") },
          ...{ groupName: "null", priority: "None", payload: "{}" },
        }),
      );
    });

    test("visual content alone has priority High by default, and is echoed with the members it had", async () => {
      const answer = await postAs(anyone, { payload: { visualContent: { title: 'A "title" <&> ž🦓' } } });
      expect(answer.json).toMatchObject({
        priority: "High",
        payload: { visualContent: { title: 'A "title" <&> ž🦓' } },
      });
      const both = await postAs(anyone, { payload: { rawContent: "raw", visualContent: { title: "t", body: "b" } } });
      expect(both.text).toMatch(/"payload":\{"visualContent":\{"title":"t","body":"b"\}\}\}$/);
    });

    test("absent expiry is now and 7 days, and absent displayTimeToLive lasts until the expiry", async () => {
      const { json } = await postAs(anyone, {});
      const left = (Date.parse(json.expirationDateTime as string) - Date.now()) / 1_000;
      expect(Math.abs(left - 7 * 86_400)).toBeLessThan(5);
      expect(Math.abs(Number(json.displayTimeToLive) - left)).toBeLessThan(5);
      expect(json.displayTimeToLive % 1).toBe(0);
    });

    test("a time without a zone is UTC, one with an offset is turned into UTC", async () => {
      const soon = new Date(Date.now() + 86_400_000).toISOString().slice(0, 19);
      const expiryOf = async (expirationDateTime: string): Promise<unknown> =>
        (await postAs(anyone, { expirationDateTime })).json.expirationDateTime;
      expect(await expiryOf(soon)).toBe(`${soon}Z`);
      expect(await expiryOf(`${soon}.500`)).toBe(`${soon}.5Z`);
      const twoHoursEarlier = new Date(Date.parse(`${soon}Z`) - 7_200_000).toISOString().slice(0, 19);
      expect(await expiryOf(`${soon}+02:00`)).toBe(`${twoHoursEarlier}Z`);
    });

    test.each(rightBodies)("taken: %s", async (_name, change) => {
      const answer = await postAs(anyone, change);
      expect(answer.status, answer.text).toBe(201);
      expect(Object.keys(answer.json as object)).toEqual([
        ...["@odata.context", "displayTimeToLive", "expirationDateTime", "groupName", "id", "priority", "payload"],
      ]);
      expectHeaders(answer);
    });

    test.each(typedBodies)(
      "@odata.type is allowed in every object if it is the expected one, %s",
      async (_name, change) => {
        const answer = await postAs(anyone, change);
        expect(answer.status, answer.text).toBe(201);
      },
    );

    test("member names are matched without case", async () => {
      const pascal = {
        TargetHostName: "graphnotifications.sample.windows.com",
        AppNotificationid: "Pascal",
        Payload: { VisualContent: { TITLE: "t", Body: "b" }, RawContent: "r" },
        GroupName: "g",
        TargetPolicy: { PlatformTypes: ["iOS"] },
        DisplayTimeToLive: "60",
        ExpirationDateTime: new Date(Date.now() + 60_000).toISOString(),
        Priority: "Low",
        FallbackPolicy: {
          EndpointFallback: { PlatformTypes: ["iOS"], FallbackDelayInSeconds: 60, VisualContent: { Title: "t" } },
        },
      };
      const answer = await caller.ask("POST", "notifications/", { token: anyone.token, body: pascal });
      expect(answer.status, answer.text).toBe(201);
      expect(answer.json).toMatchObject({ groupName: "g", priority: "Low" });
      expect(answer.json.payload).toEqual({ visualContent: { title: "t", body: "b" } });
      const docs = { ...notification({ appNotificationId: undefined }), appNotificationid: "Pascal" };
      const again = await caller.ask("POST", "notifications/", { token: anyone.token, body: docs });
      expect([again.status, again.json.id]).toEqual([200, answer.json.id]);
    });

    test("a notification for nobody (no subscription at all) is stored and answered 201", async () => {
      const answer = await postAs(anyone, {});
      expect(answer.status).toBe(201);
      const stored = await caller.ask("GET", `notifications/${String(answer.json.id)}`, { token: anyone.token });
      expect(stored.status, stored.text).toBe(200);
    });
  });
};
