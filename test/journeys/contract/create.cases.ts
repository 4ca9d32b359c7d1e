import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LocalStack } from "../../support/stack.ts";
import { rightBodies, typedBodies } from "./bodies.ts";
import { notification, type Answer, type Caller, type Person, type Sent } from "./caller.ts";
import { allowedOrigin as origin, type ContractStack } from "./contract-stack.ts";
import { expectFault, guid } from "./expect-fault.ts";

let stack: LocalStack;
let caller: Caller;
/** Whoever a case needs that is about no user in particular. */
let anyone: Person;

const postAs = (who: Person, more: Readonly<Record<string, unknown>>, sent: Sent = {}): Promise<Answer> =>
  caller.post(more, { token: who.token, ...sent });

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

const expectHeaders = ({ headers, json }: Answer, base = caller.base): void => {
  expect(headers).toMatchObject({
    "content-type": "application/json;odata.metadata=minimal;charset=utf-8",
    location: `${base}/me/activities/${String(json.id)}`,
    "odata-version": "4.0",
    "cache-control": "private",
  });
  expect(headers["request-id"]).toMatch(guid);
  expect(headers["strict-transport-security"]).toMatch(/^max-age=\d+/);
};

/** What contract 2 says of a notification that is taken. */
export const createCases = (shared: () => ContractStack): void => {
  beforeAll(() => {
    ({ stack, caller } = shared());
  });
  beforeEach(async () => {
    anyone = await caller.person();
  });

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

  describe("2.1", () => {
    test.each(["Bearer", "bearer", "BEARER", "bEARER"])("the scheme %s is taken in any case", async (scheme) => {
      const headers = { authorization: `${scheme} ${anyone.token}` };
      expect((await caller.post({}, { headers })).status).toBe(201);
    });

    test.each([
      "application/json; charset=utf-8",
      "Application/JSON",
      "application/json;odata.metadata=minimal;charset=UTF-8",
      "application/json ; x=y",
    ])("the content type %s is taken", async (type) => {
      expect((await postAs(anyone, {}, { headers: { "content-type": type } })).status).toBe(201);
    });

    const body = Buffer.from(JSON.stringify(notification({ payload: { rawContent: "ž🦓".repeat(50) } })));
    test.each<[string, Buffer]>([
      ["gzip", gzipSync(body)],
      ["GZip", gzipSync(body)],
      ["deflate", deflateSync(body)],
      ["DEFLATE", deflateRawSync(body)],
      ["identity", body],
      ["Identity", body],
    ])("a body encoded %s is decoded", async (encoding, bytes) => {
      const sent = { token: anyone.token, headers: { "content-encoding": encoding }, body: bytes };
      const answer = await caller.ask("POST", "notifications/", sent);
      expect(answer.status, answer.text).toBe(201);
      const stored = await caller.ask("GET", `notifications/${String(answer.json.id)}`, { token: anyone.token });
      expect(stored.json?.payload?.rawContent).toBe("ž🦓".repeat(50));
    });

    test("a chunked body is read whole", async () => {
      const headers = { "transfer-encoding": "chunked", "content-length": undefined };
      const answer = await postAs(anyone, { payload: { rawContent: "x".repeat(60_000) } }, { headers });
      expect(answer.status, answer.text).toBe(201);
    });

    test("Accept is ignored", async () => {
      for (const accept of ["text/html", "application/xml;q=1", "nonsense"]) {
        expect((await postAs(anyone, {}, { headers: { accept } })).status).toBe(201);
      }
    });

    test("client-request-id is echoed if it is at most 128 visible ASCII characters, else it is the request-id", async () => {
      const idsOf = async (given: string): Promise<unknown[]> => {
        const { headers } = await postAs(anyone, {}, { headers: { "client-request-id": given } });
        return [headers["client-request-id"], headers["request-id"]];
      };
      for (const good of ["a", "!~", "x".repeat(128)]) expect((await idsOf(good))[0]).toBe(good);
      for (const bad of ["x".repeat(129), "two words", "ž".normalize("NFD").slice(0, 1) + "\u00e9", ""]) {
        const [theirs, ours] = await idsOf(bad);
        expect(theirs).toBe(ours);
      }
    });

    test("a body of 64 KiB decoded is taken, plain and packed", async () => {
      const text = JSON.stringify(notification({ payload: { rawContent: "" } }));
      const whole = text.replace('""', `"${"x".repeat(65_536 - text.length)}"`);
      expect(Buffer.byteLength(whole)).toBe(65_536);
      const plain = await caller.ask("POST", "notifications/", { token: anyone.token, body: whole });
      expect(plain.status, plain.text).toBe(201);
      const headers = { "content-encoding": "gzip" };
      const packed = await caller.ask("POST", "notifications/", {
        token: anyone.token,
        headers,
        body: gzipSync(whole),
      });
      expect(packed.status, packed.text).toBe(200);
    });

    test("a delegated token's user is the target: without a UNSID, and with one of the same user", async () => {
      const { unsid } = await stack.device(anyone.upn);
      for (const sent of [{}, { unsid }]) {
        const answer = await postAs(anyone, {}, sent);
        expect(answer.status, answer.text).toBe(201);
        expect(answer.json["@odata.context"]).toContain(encodeURIComponent(anyone.upn));
      }
    });
  });

  describe("2.4", () => {
    test("the same appNotificationId replaces: 200, same id, new content and policies, state reset, creation kept, new version", async () => {
      const appNotificationId = "once";
      const first = await postAs(anyone, { appNotificationId, groupName: "a", payload: { rawContent: "one" } });
      const path = `notifications/${String(first.json.id)}`;
      const state = { readState: "read", userActionState: "activated" };
      const marked = await caller.ask("PATCH", path, { token: anyone.token, body: state });
      expect(marked.status, marked.text).toBe(200);
      const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString();
      const second = await postAs(anyone, {
        ...{ appNotificationId, expirationDateTime, priority: "Low", targetPolicy: { platformTypes: ["webpush"] } },
        ...{ targetHostName: "GRAPHnotifications.sample.windows.com", payload: { visualContent: { title: "two" } } },
      });
      expect([first.status, second.status, second.json.id]).toEqual([201, 200, first.json.id]);
      expectHeaders(second);
      const { json } = await caller.ask("GET", path, { token: anyone.token });
      expect(json).toMatchObject({
        ...{
          id: first.json.id,
          groupName: null,
          priority: "Low",
          readState: "unread",
          userActionState: "noInteraction",
        },
        ...{ payload: { visualContent: { title: "two" } }, creationDateTime: marked.json.creationDateTime },
        ...{ targetPolicy: { platformTypes: ["WebPush"] }, status: "updated" },
      });
      expect(Date.parse(json.expirationDateTime as string)).toBe(Date.parse(expirationDateTime));
      expect(json["@odata.etag"]).not.toBe(marked.json["@odata.etag"]);
      expect(json.payload.rawContent ?? null).toBeNull();
    });

    test("another user, another app and another id are another notification", async () => {
      const appNotificationId = "shared";
      const someone = await caller.person();
      const sameUserOtherApp = await stack.token({ app: caller.other, user: anyone.upn });
      const answers = await Promise.all([
        postAs(anyone, { appNotificationId }),
        postAs(someone, { appNotificationId }),
        postAs(anyone, { appNotificationId: "Shared-2" }),
        caller.post({ appNotificationId, targetHostName: "other.contoso.com" }, { token: sameUserOtherApp }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect(new Set(answers.map(({ json }) => json.id as string)).size).toBe(4);
    });

    test("devices replace the toast they show instead of adding one", async () => {
      const device = await stack.device(anyone.upn);
      const appNotificationId = "toast";
      await postAs(anyone, { appNotificationId, payload: { rawContent: "one" } });
      await stack.shows(device, ["one"]);
      await postAs(anyone, { appNotificationId, payload: { rawContent: "two" } });
      await stack.shows(device, ["two"]);
    });

    test("twenty posts of one appNotificationId at once are one notification: one 201, the others 200, one id", async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => postAs(anyone, { appNotificationId: "race" })));
      expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([...Array<number>(19).fill(200), 201]);
      expect(new Set(all.map(({ json }) => json.id as string)).size).toBe(1);
    });
  });

  describe("2.1, Idempotency-Key", () => {
    const withKey = (key: string) => ({ headers: { "idempotency-key": key } });

    test("a repeat gets the first answer again, byte for byte, and nobody rings twice", async () => {
      const device = await stack.device(anyone.upn);
      const body = { appNotificationId: "idem", payload: { rawContent: "once" }, displayTimeToLive: 60 };
      const first = await postAs(anyone, body, withKey("key-1"));
      await stack.shows(device, ["once"]);
      const second = await postAs(anyone, body, withKey("key-1"));
      expect([second.status, second.text]).toEqual([201, first.text]);
      expect(second.headers.location).toBe(first.headers.location);
      await postAs(anyone, { payload: { rawContent: "after" } });
      await stack.shows(device, ["once", "after"]);
      expect(await stack.attemptsAt(device)).toHaveLength(2);
    });

    test("concurrent twins get one answer, and one notification is visible that rang once", async () => {
      const device = await stack.device(anyone.upn);
      const body = notification({ payload: { rawContent: "twin" } });
      const twins = await Promise.all(Array.from({ length: 6 }, () => postAs(anyone, body, withKey("twins"))));
      expect(new Set(twins.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(twins[0]?.status).toBe(201);
      await stack.shows(device, ["twin"]);
      await postAs(anyone, { payload: { rawContent: "after" } });
      await stack.shows(device, ["twin", "after"]);
      expect(await stack.attemptsAt(device)).toHaveLength(2);
    });

    test("the first answer of a replace was 200, and so is its repeat's", async () => {
      const body = notification({ appNotificationId: "replaced" });
      await postAs(anyone, body);
      const first = await postAs(anyone, body, withKey("replace"));
      const second = await postAs(anyone, body, withKey("replace"));
      expect([first.status, second.status, second.text]).toEqual([200, 200, first.text]);
    });

    test("another body under the same key is a 409, and stores nothing", async () => {
      const body = notification();
      await postAs(anyone, body, withKey("key"));
      const other = notification({ groupName: "stored?" });
      expectFault(await postAs(anyone, other, withKey("key")), 409);
      expect((await postAs(anyone, other)).status).toBe(201);
    });

    test("the same key of another user, app, or in no key at all is another request", async () => {
      const body = notification();
      const someone = await caller.person();
      const elsewhere = { token: await stack.token({ app: caller.other, user: anyone.upn }), ...withKey("key") };
      const answers = await Promise.all([
        postAs(anyone, body, withKey("key")),
        postAs(someone, body, withKey("key")),
        caller.post({ ...body, targetHostName: "other.contoso.com" }, elsewhere),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(new Set(answers.map(({ json }) => json.id as string)).size).toBe(3);
      expect((await postAs(anyone, body)).status).toBe(200);
      expect((await postAs(anyone, body, withKey("other"))).status).toBe(200);
    });

    test.each(["", "x".repeat(256), "two words", "k\u00e9y"])("the key %j is a 400", async (key) => {
      expectFault(await postAs(anyone, {}, withKey(key)), 400);
    });

    test("1 and 255 visible ASCII characters are keys", async () => {
      for (const key of ["~", "k".repeat(255)]) expect((await postAs(anyone, {}, withKey(key))).status).toBe(201);
    });
  });

  describe("CORS", () => {
    const exposed = "Location, ETag, Retry-After, request-id, client-request-id";
    test("an allowed origin may read answers and faults, with the five headers exposed; others may not", async () => {
      const from = (from: string) => ({ headers: { origin: from } });
      for (const answer of [await postAs(anyone, {}, from(origin)), await caller.ask("GET", "nothing", from(origin))]) {
        expect(answer.headers["access-control-allow-origin"]).toBe(origin);
        const names = (answer.headers["access-control-expose-headers"] ?? "").split(",").map((name) => name.trim());
        expect(names.toSorted()).toEqual(exposed.split(", ").toSorted());
      }
      const stranger = await postAs(anyone, {}, from("https://evil.example"));
      expect(stranger.headers["access-control-allow-origin"]).toBeUndefined();
    });

    test("links come from the public URL, never from the Host header", async () => {
      const headers = { host: "evil.example", "x-forwarded-host": "evil.example", forwarded: "host=evil.example" };
      const answer = await postAs(anyone, {}, { headers });
      expect(answer.status, answer.text).toBe(201);
      expect(`${answer.text} ${String(answer.headers.location)}`).not.toContain("evil");
      expectHeaders(answer);
    });
  });
};
