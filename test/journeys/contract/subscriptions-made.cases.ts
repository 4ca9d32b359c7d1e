import { describe, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import type { Answer, Sent } from "./caller.ts";
import { strictHost } from "./contract-stack.ts";
import { expectFault, guid } from "./expect-fault.ts";
import {
  anyone,
  browser,
  caller,
  channels,
  expectDays,
  list,
  members,
  path,
  stack,
  subscribe,
  webPush,
} from "./subscriber.ts";

/** What subscribing is answered, and what is refused. */
export const subscribingCases = (): void => {
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
};
