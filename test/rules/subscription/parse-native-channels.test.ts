import { expect, test } from "vitest";
import { Problem } from "../../../shared/problem.ts";
import { parseSubscription, requireRegistered } from "../../../shared/subscription/parse-subscription.ts";
import type { Channel } from "../../../shared/subscription/subscription.ts";
import { browserKeys, now, vapidKeys } from "../samples.ts";
import { bodyWith, circumstances, endpoint, told } from "./parsing.ts";

const native = {
  Windows: { uri: "https://db5.notify.windows.com/w/?token=abc" },
  Android: { token: "dGhlIHRva2Vu:APA91b-_x", packageName: "com.contoso.app_2" },
  iOS: { token: "A1b2".repeat(16), bundleId: "com.contoso.App-1", environment: "production" },
};
const nativeWith = (platformType: keyof typeof native, channel: Record<string, unknown> = {}): unknown =>
  bodyWith({ platformType, channel: { ...native[platformType], ...channel } });

test.each<["Windows" | "Android" | "iOS", Channel]>([
  ["Windows", { kind: "wns", ...native.Windows }],
  ["Android", { kind: "fcm", ...native.Android }],
  ["iOS", { kind: "apns", token: "a1b2".repeat(16), bundleId: "com.contoso.App-1", environment: "production" }],
])("a channel of %s is taken, and is told by taps unless the client asks for more", (platformType, channel) => {
  const expected = { platformType, channel, notificationType: "NotificationOnly", channelExpiresAt: null };
  expect(parseSubscription(nativeWith(platformType), circumstances)).toMatchObject(expected);
  const asked = { platformType: platformType.toUpperCase(), notificationType: "NotificationWithPayload" };
  const body = { ...(nativeWith(platformType) as object), ...asked };
  expect(parseSubscription(body, circumstances)).toMatchObject({
    platformType,
    notificationType: asked.notificationType,
  });
});

test("the members of a channel are matched without case, its environment too, and others are ignored", () => {
  const channel = { Token: "00FF", BUNDLEID: "com.contoso.app", environment: "SandBox", "@odata.type": "x", more: 1 };
  expect(parseSubscription(bodyWith({ platformType: "ios", channel }), circumstances).channel).toEqual({
    kind: "apns",
    token: "00ff",
    bundleId: "com.contoso.app",
    environment: "sandbox",
  });
});

test("a Windows channel may say when it ends", () => {
  const body = nativeWith("Windows", { expirationTime: now + 1 });
  expect(parseSubscription(body, circumstances).channelExpiresAt).toBe(now + 1);
});

const aToken = "channel.token: must be a registration token: 1 to 4096 visible ASCII characters";
const hexToken = "channel.token: must be a device token in hexadecimal: 2 to 200 digits, an even number";
const bundle = "channel.bundleId: must be a bundle id: 1 to 155 letters, digits, hyphens and dots";
const pack =
  "channel.packageName: must be an Android application id of at most 255 characters, such as com.contoso.app";

test.each<["Windows" | "Android" | "iOS", Record<string, unknown>, string]>([
  ["Windows", { uri: 7 }, "channel.uri: must be a URL of at most 2048 characters"],
  [
    "Windows",
    { uri: `https://db5.notify.windows.com/${"x".repeat(2_048)}` },
    "channel.uri: must be a URL of at most 2048 characters",
  ],
  ["Windows", { uri: "http://db5.notify.windows.com/" }, "channel.uri: must be an https URL"],
  ["Windows", { uri: "https://db5.notify.windows.com:8443/" }, "channel.uri: must use port 443"],
  ["Windows", { uri: endpoint }, "channel.uri: must be at a push service this server knows"],
  ["Windows", { uri: "https://web.push.apple.com/" }, "channel.uri: must be at a push service this server knows"],
  ["Android", { token: undefined }, "channel.token: is required"],
  ["Android", { token: "" }, aToken],
  ["Android", { token: "a b" }, aToken],
  ["Android", { token: "x".repeat(4_097) }, aToken],
  ["Android", { token: ["x"] }, aToken],
  ["Android", { packageName: "app" }, pack],
  ["Android", { packageName: "com.contoso.app\n" }, pack],
  ["Android", { packageName: `com.${"x".repeat(252)}` }, pack],
  ["iOS", { token: "xyz" }, hexToken],
  ["iOS", { token: "abc" }, hexToken],
  ["iOS", { token: "ab".repeat(101) }, hexToken],
  ["iOS", { bundleId: "" }, bundle],
  ["iOS", { bundleId: "com.contoso.app\r\nx: y" }, bundle],
  ["iOS", { bundleId: "x".repeat(156) }, bundle],
  ["iOS", { environment: undefined }, "channel.environment: is required"],
  ["iOS", { environment: "staging" }, "channel.environment: must be production or sandbox"],
])("%s, channel %j: %s", (platformType, channel, fault) => {
  expect(told(nativeWith(platformType, channel))).toEqual([fault]);
});

test.each<[string, unknown, string]>([
  [
    "Windows",
    { endpoint, keys: browserKeys },
    "channel: must be an object with uri: that is what Windows takes, and this is WebPush's",
  ],
  [
    "WebPush",
    native.iOS,
    "channel: must be an object with endpoint and keys: that is what WebPush takes, and this is iOS's",
  ],
  [
    "iOS",
    native.Android,
    "channel: must be an object with token, bundleId and environment: that is what iOS takes, and this is Android's",
  ],
  ["Android", { token: "x" }, "channel.packageName: is required"],
  ["Android", "token", "channel: must be an object with token and packageName"],
  ["iOS", null, "channel: is required"],
])("%s with the channel %j: %s", (platformType, channel, fault) => {
  expect(told(bodyWith({ platformType, channel }))).toEqual([fault]);
});

test("a Windows channel stays within WNS whatever hosts are allowed, and a developer's own service is taken", () => {
  const pushHosts = {
    allowed: ["push.contoso.com", ".windows.com", "db5.notify.windows.com"],
    extra: ["127.0.0.1:7076"],
  };
  const faultsAt = (uri: string): string[] => {
    try {
      parseSubscription(nativeWith("Windows", { uri }), { pushHosts, vapidKeys, now });
      return [];
    } catch (error) {
      return error instanceof Problem ? error.details.map(({ target }) => target) : ["?"];
    }
  };
  expect(faultsAt("https://db5.notify.windows.com/w")).toEqual([]);
  expect(faultsAt("https://127.0.0.1:7076/w")).toEqual([]);
  for (const elsewhere of [
    "https://push.contoso.com/",
    "https://evil.windows.com/",
    "https://sg2p.notify.windows.com/",
  ]) {
    expect(faultsAt(elsewhere)).toEqual(["channel.uri"]);
  }
});

test("an app must be among the host name's own, if it lists any", () => {
  const check = (platformType: keyof typeof native, bundleIds: string[], packageNames: string[]): string[] => {
    try {
      requireRegistered(parseSubscription(nativeWith(platformType), circumstances), { bundleIds, packageNames });
      return [];
    } catch (error) {
      return error instanceof Problem ? error.details.map(({ target, message }) => `${target}: ${message}`) : ["?"];
    }
  };
  const wrong = "must be one of those registered for targetHostName";
  expect(check("iOS", [], ["com.other"])).toEqual([]);
  expect(check("iOS", ["x", "com.contoso.App-1"], [])).toEqual([]);
  expect(check("iOS", ["com.contoso.app-1"], [])).toEqual([`channel.bundleId: ${wrong}`]);
  expect(check("Android", ["com.other"], [])).toEqual([]);
  expect(check("Android", [], ["com.contoso.app_2"])).toEqual([]);
  expect(check("Android", [], ["com.contoso"])).toEqual([`channel.packageName: ${wrong}`]);
  expect(check("Windows", ["x"], ["x"])).toEqual([]);
});
