import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSubscription } from "../../../shared/subscription/parse-subscription.ts";
import { browserKeys, now } from "../samples.ts";
import { bodyWith, circumstances, endpoint, problemOf, told } from "./parsing.ts";

test("a browser's PushSubscription is taken as it serialises itself, and the defaults are filled in", () => {
  const { channel, ...draft } = parseSubscription(bodyWith({}, { expirationTime: null }), circumstances);
  expect(draft).toEqual({
    targetHostName: "app.contoso.com",
    platformType: "WebPush",
    deviceId: "device",
    displayName: null,
    notificationType: "NotificationWithPayload",
    channelExpiresAt: null,
  });
  expect(channel).toEqual({ kind: "webpush", endpoint, keys: browserKeys });
});

test("what a client may say beyond that is kept", () => {
  const changes = { displayName: "Edge on laptop", notificationType: "notificationonly", platformType: "WEBPUSH" };
  expect(parseSubscription(bodyWith(changes, { expirationTime: now + 1.5 }), circumstances)).toMatchObject({
    displayName: "Edge on laptop",
    notificationType: "NotificationOnly",
    platformType: "WebPush",
    channelExpiresAt: now + 1,
  });
});

test.each([
  [{ targetHostName: "https://x" }, "targetHostName: must be a DNS host name, without scheme or path"],
  [{ targetHostName: undefined }, "targetHostName: is required"],
  [{ platformType: undefined }, "platformType: is required"],
  [{ platformType: "Symbian" }, "platformType: must be one of Windows, iOS, Android, WebPush"],
  [{ platformType: 7 }, "platformType: must be one of Windows, iOS, Android, WebPush"],
  [{ deviceId: undefined }, "deviceId: is required"],
  [{ deviceId: "" }, "deviceId: must be a string of 1 to 256 characters"],
  [{ deviceId: "x".repeat(257) }, "deviceId: must be a string of 1 to 256 characters"],
  [{ displayName: "x".repeat(257) }, "displayName: must be a string of at most 256 characters"],
  [{ displayName: 7 }, "displayName: must be a string of at most 256 characters"],
  [
    { notificationType: "All" },
    "notificationType: must be one of NotificationWithPayload, NotificationOnly, NoNotification",
  ],
  [{ channel: undefined }, "channel: is required"],
  [{ channel: endpoint }, "channel: must be an object with endpoint and keys"],
  [{ channel: { endpoint } }, "channel.keys: is required"],
  [{ channel: { keys: browserKeys } }, "channel.endpoint: is required"],
])("%j: %s", (changes, fault) => {
  expect(told(bodyWith(changes))).toEqual([fault]);
});

test("every faulty member is named at once, an endpoint elsewhere included", () => {
  const body = bodyWith({ deviceId: 7 }, { endpoint: "https://evil.example/", keys: { p256dh: "x", auth: "x" } });
  expect(problemOf(body).details.map(({ target }) => target)).toEqual([
    "deviceId",
    "channel.keys.p256dh",
    "channel.keys.auth",
    "channel.endpoint",
  ]);
});

test.each([[[]], ["text"], [null], [7], [{}]])("the body %j is refused", (body) => {
  expect(problemOf(body).kind).toBe("invalid");
});

test("neither endpoint nor keys are ever repeated in what a caller is told", () => {
  const secret = "s3cr3t-4711";
  const values = fc.constantFrom<unknown>(secret, [secret], { [secret]: secret }, `https://evil.example/${secret}`);
  const keys = fc.oneof(values, fc.record({ p256dh: values, auth: values }));
  const channels = fc.oneof(
    values,
    fc.record({ endpoint: values, keys, expirationTime: values }),
    fc.record({ uri: values, token: values, bundleId: values, packageName: values, environment: values }),
  );
  fc.assert(
    fc.property(
      channels,
      fc.oneof(values, fc.constantFrom("iOS", "Android", "Windows", "WebPush")),
      (channel, value) => {
        const { message, details } = problemOf(bodyWith({ channel, platformType: value, notificationType: secret }));
        expect(JSON.stringify([message, details])).not.toContain(secret);
      },
    ),
  );
});
