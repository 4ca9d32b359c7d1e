import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import type { LocalStack } from "../../support/stack.ts";
import { until } from "../../support/until.ts";
import type { Answer, Caller, Person, Sent } from "./caller.ts";
import { sendersOnlyHost, strictHost, type ContractStack } from "./contract-stack.ts";
import { expectFault, guid } from "./expect-fault.ts";

let stack: LocalStack;
let caller: Caller;
let anyone: Person;
/** A virtual browser that a case may subscribe as it likes. */
let browser: NewDevice;
const path = "notifications/subscriptions";

const channels = {
  Windows: { uri: "https://db5p.notify.windows.com/?token=AwYAAADx" },
  Android: { token: "fcm-token:APA91b", packageName: "com.contoso.app" },
  iOS: { token: "a".repeat(64), bundleId: "com.contoso.app", environment: "production" },
};
const webPush = () => ({ ...channels, WebPush: browser.channel });

const subscribe = (more: Readonly<Record<string, unknown>>, sent: Sent = {}): Promise<Answer> =>
  caller.ask("POST", path, {
    token: anyone.token,
    ...sent,
    body: {
      ...{ targetHostName: "graphnotifications.sample.windows.com", platformType: "WebPush" },
      ...{ deviceId: crypto.randomUUID(), channel: browser.channel, ...more },
    },
  });
const list = async (token = anyone.token): Promise<Record<string, unknown>[]> => {
  const answer = await caller.ask("GET", path, { token });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.value as Record<string, unknown>[];
};
const expectDays = (text: unknown, days: number): void => {
  const left = (Date.parse(String(text)) - Date.now()) / 86_400_000;
  expect(Math.abs(left - days)).toBeLessThan(0.001);
};

const members = [
  ...["id", "userNotificationSubscriptionId", "expirationDateTime", "targetHostName", "platformType", "deviceId"],
  ...["displayName", "notificationType"],
];

/** What contract 3 says of subscriptions. */
export const subscriptionCases = (shared: () => ContractStack): void => {
  beforeAll(() => {
    ({ stack, caller } = shared());
  });
  beforeEach(async () => {
    [anyone, browser] = await Promise.all([caller.person(), stack.push.createDevice()]);
  });

  describe("POST", () => {
    test("201 with these members; the same device again is a 200 with the same UNSID and id, its expiry renewed", async () => {
      const device = { deviceId: "laptop", displayName: "Edge on laptop" };
      const first = await subscribe({ ...device, notificationType: "NotificationWithPayload" });
      expect(first.status, first.text).toBe(201);
      expect(Object.keys(first.json as object)).toEqual(members);
      expect(first.json).toMatchObject({
        ...{ targetHostName: "graphnotifications.sample.windows.com", platformType: "WebPush", ...device },
        notificationType: "NotificationWithPayload",
      });
      expectDays(first.json.expirationDateTime, 30);
      expect(first.headers["content-type"]).toMatch(/^application\/json/);
      expect(first.headers["request-id"]).toMatch(guid);

      const { channel } = await stack.push.createDevice();
      const second = await subscribe({ ...device, displayName: "Renamed", channel });
      expect([second.status, second.json.userNotificationSubscriptionId, second.json.id]).toEqual([
        ...[200, first.json.userNotificationSubscriptionId, first.json.id],
      ]);
      expect(second.json.displayName).toBe("Renamed");
      expect(second.json.expirationDateTime > first.json.expirationDateTime).toBe(true);
      expect(await list()).toHaveLength(1);
    });

    test("a new channel of the same device takes the old one's place", async () => {
      const next = await stack.push.createDevice();
      const { json } = await subscribe({ deviceId: "laptop" });
      await subscribe({ deviceId: "laptop", channel: next.channel });
      const unsid = String(json.userNotificationSubscriptionId);
      await caller.post({ payload: { rawContent: "new channel" } }, { token: await stack.token(), unsid });
      await stack.shows(next, ["new channel"]);
      expect(await stack.attemptsAt(browser)).toEqual([]);
    });

    test.each([
      ["WebPush", "NotificationWithPayload"],
      ["Windows", "NotificationOnly"],
      ["Android", "NotificationOnly"],
      ["iOS", "NotificationOnly"],
    ] as const)("%s is taken, and its default is %s", async (platformType, notificationType) => {
      const answer = await subscribe({ platformType, channel: webPush()[platformType] });
      expect(answer.status, answer.text).toBe(201);
      expect(answer.json).toMatchObject({ platformType, notificationType, displayName: null });
      expect(Object.keys(answer.json as object)).toEqual(members);
      expect(await list()).toMatchObject([{ platformType, channelState: "active" }]);
    });

    test("an iOS sandbox is taken as well", async () => {
      const channel = { ...channels.iOS, environment: "sandbox" };
      expect((await subscribe({ platformType: "iOS", channel })).status).toBe(201);
    });

    test.each(["NotificationWithPayload", "NotificationOnly", "NoNotification"])(
      "%s is kept as asked",
      async (type) => {
        expect((await subscribe({ notificationType: type })).json.notificationType).toBe(type);
      },
    );

    test("a UNSID has at least 128 bits and is another for every subscription; no URL holds it", async () => {
      const answers = await Promise.all(["a", "b", "c"].map((deviceId) => subscribe({ deviceId })));
      const unsids = answers.map(({ json }) => String(json.userNotificationSubscriptionId));
      expect(new Set(unsids).size).toBe(3);
      for (const [index, unsid] of unsids.entries()) {
        expect(unsid.length).toBeGreaterThanOrEqual(22);
        expect(answers[index]!.json.id).not.toBe(unsid);
        expect(JSON.stringify(answers[index]!.headers)).not.toContain(unsid);
      }
      expect(JSON.stringify(await list())).not.toMatch(new RegExp(unsids.join("|")));
      expect(stack.output()).not.toMatch(new RegExp(unsids.join("|")));
    });

    test("its life never goes past the channel's own expiry, and with it the UNSID ends", async () => {
      const inTwoDays = Date.now() + 2 * 86_400_000;
      const answer = await subscribe({ channel: { ...browser.channel, expirationTime: inTwoDays } });
      expect(answer.status, answer.text).toBe(201);
      expect(Date.parse(String(answer.json.expirationDateTime))).toBe(inTwoDays);

      const short = await subscribe({ channel: { ...browser.channel, expirationTime: Date.now() + 1_500 } });
      const unsid = String(short.json.userNotificationSubscriptionId);
      const token = await stack.token();
      const isOver = async (): Promise<boolean> => (await caller.post({}, { token, unsid })).status === 403;
      await until(isOver, { what: "the UNSID has expired" });
      expect(await list()).toHaveLength(1);
      expectFault(await caller.ask("GET", `${path}/${String(short.json.id)}`, { token: anyone.token }), 404);
    });

    const keys = {
      p256dh: "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
      auth: "tBHItJI5svbpez7KI4CCXg",
    };
    const endpoint = (url: string) => ({ channel: { endpoint: url, keys } });
    test.each<[string, Record<string, unknown>]>([
      ["targetHostName missing", { targetHostName: undefined }],
      ["targetHostName no host", { targetHostName: "https://x" }],
      ["platformType missing", { platformType: undefined }],
      ["platformType unknown", { platformType: "Symbian" }],
      ["deviceId missing", { deviceId: undefined }],
      ["deviceId empty", { deviceId: "" }],
      ["deviceId a number", { deviceId: 1 }],
      ["displayName a number", { displayName: 1 }],
      ["notificationType unknown", { notificationType: "Everything" }],
      ["channel missing", { channel: undefined }],
      ["channel null", { channel: null }],
      ["channel of another platform", { channel: channels.Android }],
      ["endpoint without TLS", endpoint("http://fcm.googleapis.com/fcm/send/x")],
      ["endpoint with another port", endpoint("https://fcm.googleapis.com:8443/fcm/send/x")],
      ["endpoint at an unknown host", endpoint("https://evil.example/fcm/send/x")],
      ["endpoint at a lookalike", endpoint("https://fcm.googleapis.com.evil.example/x")],
      ["endpoint at an address", endpoint("https://169.254.169.254/latest/meta-data")],
      ["endpoint at another loopback port", endpoint("https://127.0.0.1:1/x")],
      ["endpoint hidden behind user info", endpoint("https://fcm.googleapis.com@evil.example/x")],
      ["endpoint no URL", endpoint("x")],
      ["keys missing", { channel: { endpoint: "https://fcm.googleapis.com/fcm/send/x" } }],
      [
        "auth missing",
        { channel: { endpoint: "https://fcm.googleapis.com/fcm/send/x", keys: { p256dh: keys.p256dh } } },
      ],
      [
        "expirationTime a text",
        { channel: { endpoint: "https://fcm.googleapis.com/x", keys, expirationTime: "soon" } },
      ],
      ["Windows without TLS", { platformType: "Windows", channel: { uri: "http://db5p.notify.windows.com/?token=x" } }],
      ["Windows at an unknown host", { platformType: "Windows", channel: { uri: "https://evil.example/?token=x" } }],
      ["Windows without uri", { platformType: "Windows", channel: {} }],
      ["Android without token", { platformType: "Android", channel: { packageName: "com.contoso.app" } }],
      ["Android without packageName", { platformType: "Android", channel: { token: "t" } }],
      ["iOS without token", { platformType: "iOS", channel: { bundleId: "b", environment: "sandbox" } }],
      ["iOS without bundleId", { platformType: "iOS", channel: { token: "a".repeat(64), environment: "sandbox" } }],
      ["iOS with another environment", { platformType: "iOS", channel: { ...channels.iOS, environment: "moon" } }],
    ])("400: %s", async (_name, more) => {
      const answer = await subscribe(more);
      expectFault(answer, 400, { details: true });
      expect(await list()).toEqual([]);
    });

    test("the common form of a web push endpoint is taken", async () => {
      const answer = await subscribe(endpoint("https://fcm.googleapis.com/fcm/send/abc"));
      expect(answer.status, answer.text).toBe(201);
      const mozilla = await subscribe(endpoint("https://updates.push.services.mozilla.com/wpush/v2/abc"));
      expect(mozilla.status, mozilla.text).toBe(201);
    });

    test("bundleId and packageName must be among the host name's, if it lists any", async () => {
      const { token } = await caller.person(caller.other);
      const to = (platformType: "iOS" | "Android", more: object): Promise<Answer> => {
        const channel = { ...channels[platformType], ...more };
        return subscribe({ targetHostName: strictHost, platformType, channel }, { token });
      };
      expectFault(await to("iOS", { bundleId: "com.evil.app" }), 400, { details: true });
      expectFault(await to("Android", { packageName: "com.evil.app" }), 400, { details: true });
      expect((await to("iOS", {})).status).toBe(201);
      expect((await to("Android", {})).status).toBe(201);
    });

    test("beyond the most live subscriptions of a feed: 409; renewing is none more, and deleting makes room", async () => {
      const all = await Promise.all(["a", "b", "c", "d"].map((deviceId) => subscribe({ deviceId })));
      expect(all.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expectFault(await subscribe({ deviceId: "e" }), 409);
      expect((await subscribe({ deviceId: "a" })).status).toBe(200);
      await caller.ask("DELETE", `${path}/${String(all[1]!.json.id)}`, { token: anyone.token });
      expect((await subscribe({ deviceId: "e" })).status).toBe(201);
      const elsewhere = await stack.token({ app: caller.other, user: anyone.upn });
      expect((await subscribe({ targetHostName: caller.other.hostName }, { token: elsewhere })).status).toBe(201);
    });

    test("headers and body are held to the rules of POST: 400, 415, 413, 400", async () => {
      const ask = (sent: Sent): Promise<Answer> => caller.ask("POST", path, { token: anyone.token, ...sent });
      expectFault(await ask({ body: {} }), 400);
      expectFault(await ask({ headers: { "content-type": "text/plain" }, body: "{}" }), 415);
      expectFault(await ask({ headers: { "content-encoding": "br" }, body: "{}" }), 415);
      expectFault(await ask({ body: "{}".padEnd(70_000) }), 413);
      for (const body of ["", "{", "[]"]) expectFault(await ask({ body }), 400);
    });
  });

  describe("who may", () => {
    test("app-only tokens never reach subscriptions: 403", async () => {
      const token = await stack.token();
      const { json } = await subscribe({});
      expectFault(await subscribe({}, { token }), 403);
      expectFault(await caller.ask("GET", path, { token }), 403);
      expectFault(await caller.ask("GET", `${path}/${String(json.id)}`, { token }), 403);
      expectFault(await caller.ask("DELETE", `${path}/${String(json.id)}`, { token }), 403);
      expect(await list()).toHaveLength(1);
    });

    test("an app that is not among the host name's clients: 403", async () => {
      expectFault(await subscribe({ targetHostName: caller.other.hostName }), 403);
      expectFault(await subscribe({ targetHostName: "nobody.contoso.com" }), 403);
      const { token } = await caller.person(caller.other);
      expectFault(await subscribe({ targetHostName: sendersOnlyHost }, { token }), 403);
    });

    test("nobody sees or ends another's subscription, nor that of another app", async () => {
      const { json } = await subscribe({});
      const one = `${path}/${String(json.id)}`;
      const strangers = [(await caller.person()).token, await stack.token({ app: caller.other, user: anyone.upn })];
      for (const token of strangers) {
        expect(await list(token)).toEqual([]);
        expectFault(await caller.ask("GET", one, { token }), 404);
        const deleted = await caller.ask("DELETE", one, { token });
        expect([204, 404]).toContain(deleted.status);
      }
      expect(await list()).toHaveLength(1);
    });
  });

  describe("GET and DELETE", () => {
    test("GET lists the user's with channelState and without UNSIDs; one by its id likewise", async () => {
      const made = await Promise.all(
        ["a", "b"].map(async (deviceId) => {
          const { channel } = await stack.push.createDevice();
          return subscribe({ deviceId, displayName: deviceId, channel });
        }),
      );
      const all = await list();
      expect(all.map(({ id }) => id).toSorted()).toEqual(made.map(({ json }) => String(json.id)).toSorted());
      const shown = [...members.filter((name) => name !== "userNotificationSubscriptionId"), "channelState"];
      for (const one of all) {
        expect(
          Object.keys(one)
            .filter((name) => !name.startsWith("@"))
            .toSorted(),
        ).toEqual(shown.toSorted());
        expect(one.channelState).toBe("active");
        const { status, json, text } = await caller.ask("GET", `${path}/${String(one.id)}`, { token: anyone.token });
        expect(status, text).toBe(200);
        expect(json).toMatchObject(one);
        expect(text).not.toContain("userNotificationSubscriptionId");
      }
    });

    test("DELETE is a 204 without a body, a repeat too; then it is nowhere, and its UNSID names nobody", async () => {
      const { json } = await subscribe({});
      const one = `${path}/${String(json.id)}`;
      for (const _ of [1, 2]) {
        const deleted = await caller.ask("DELETE", one, { token: anyone.token });
        expect([deleted.status, deleted.text]).toEqual([204, ""]);
        expect(deleted.headers["request-id"]).toMatch(guid);
      }
      expectFault(await caller.ask("GET", one, { token: anyone.token }), 404);
      expect(await list()).toEqual([]);
      const unsid = String(json.userNotificationSubscriptionId);
      expectFault(await caller.post({}, { token: await stack.token(), unsid }), 403);
    });

    test.each([crypto.randomUUID(), "x", "%20", "a%2Fb", "x".repeat(500), "'"])("GET of %s is a 404", async (id) => {
      expectFault(await caller.ask("GET", `${path}/${id}`, { token: anyone.token }), 404);
    });

    test("vapidPublicKey needs no token, and is an uncompressed P-256 point", async () => {
      for (const prefix of ["/beta", "/v1.0"]) {
        const { status, json } = await caller.ask("GET", `${prefix}/me/notifications/vapidPublicKey`);
        expect([status, Object.keys(json as object)]).toEqual([200, ["publicKey"]]);
        const point = Buffer.from(String(json.publicKey), "base64url");
        expect([point.length, point[0]]).toEqual([65, 4]);
      }
    });
  });

  describe("delivery", () => {
    test("all the user's devices of this app ring, and nobody else's", async () => {
      const someone = await caller.person();
      const [phone, laptop, strangers, otherApps] = await Promise.all([
        stack.device(anyone.upn),
        stack.device(anyone.upn),
        stack.device(someone.upn),
        stack.device(anyone.upn, caller.other),
      ]);
      const { unsid } = phone;
      await caller.post({ payload: { rawContent: "ring" } }, { token: await stack.token(), unsid });
      await Promise.all([stack.shows(phone, ["ring"]), stack.shows(laptop, ["ring"])]);
      expect([await stack.attemptsAt(strangers), await stack.attemptsAt(otherApps)]).toEqual([[], []]);
    });

    test("with payload the content is in the push, NotificationOnly gets a tap, NoNotification nothing", async () => {
      const [only, none, whole] = [browser, await stack.push.createDevice(), await stack.push.createDevice()];
      await subscribe({ notificationType: "NotificationOnly" });
      await subscribe({ notificationType: "NoNotification", channel: none.channel });
      await subscribe({ channel: whole.channel });
      await caller.post({ payload: { rawContent: "content" } }, { token: anyone.token });
      await Promise.all([stack.shows(whole, ["content"]), stack.shows(only, ["(a tap)"])]);
      expect(await stack.attemptsAt(none)).toEqual([]);
    });

    test("targetPolicy filters delivery, not storage; visual content alone pushes no browser", async () => {
      const device = await stack.device(anyone.upn);
      const policy = { targetPolicy: { platformTypes: ["Windows", "iOS", "Android"] } };
      expect((await caller.post(policy, { token: anyone.token })).status).toBe(201);
      const visual = { payload: { visualContent: { title: "t" } } };
      expect((await caller.post(visual, { token: anyone.token })).status).toBe(201);
      await caller.post({ payload: { rawContent: "last" } }, { token: anyone.token });
      await stack.shows(device, ["last"]);
      expect(await stack.attemptsAt(device)).toEqual([201]);
    });

    test("when a push service says gone, the channel is dropped and the UNSID kept: it still names its user", async () => {
      const device = await stack.device(anyone.upn);
      await stack.push.addFault({ device: device.deviceId, status: 410, count: 1 });
      const sent = { token: await stack.token(), unsid: device.unsid };
      expect((await caller.post({}, sent)).status).toBe(201);
      const isGone = async (): Promise<boolean> => (await list())[0]?.channelState === "gone";
      await until(isGone, { what: "the channel is gone" });
      expect((await caller.post({}, sent)).status).toBe(201);
      expect(await stack.attemptsAt(device)).toEqual([410]);

      const renewed = await subscribe({ deviceId: device.deviceId, channel: browser.channel });
      expect([renewed.status, renewed.json.userNotificationSubscriptionId]).toEqual([200, device.unsid]);
      expect(await list()).toMatchObject([{ channelState: "active" }]);
      await caller.post({ payload: { rawContent: "back" } }, sent);
      const shown = async (): Promise<boolean> => (await stack.shown(browser)).includes("back");
      await until(shown, { what: "the renewed channel rings" });
    });
  });
};
