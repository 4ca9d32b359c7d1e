import { describe, expect, test } from "vitest";
import type { DumpedDevice, Understood } from "../../../infra/ops/import/entry.ts";
import { hubInstallation } from "../../../infra/ops/import/hub-installation.ts";
import { hubRegistration } from "../../../infra/ops/import/hub-registration.ts";
import { webPushEntry, type WebPushColumns } from "../../../infra/ops/import/web-push-entry.ts";
import { registrationEntry, registrationLine } from "../../contracts/ops/dumps.ts";

const now = Date.parse("2026-01-31T12:00:00Z");
const device = (understood: Understood): DumpedDevice => {
  if (understood.kind === "refused") throw new Error(understood.reasons.join("; "));
  return understood.device;
};

describe("a hand-made table", () => {
  const columns: WebPushColumns = { endpoint: "endpoint", expiration: "expirationTime", user: "user", id: "id" };
  const channel = { endpoint: "https://push.example/1", keys: { p256dh: "P", auth: "A" }, expirationTime: null };

  test.each<[string, unknown, Partial<WebPushColumns>]>([
    [
      "flat, as of a CSV",
      { endpoint: channel.endpoint, p256dh: "P", auth: "A", user: "ada", id: "1", expirationTime: "" },
      {},
    ],
    ["as a browser gives it", { ...channel, user: "ada", id: 1 }, {}],
    ["with everything in one member", { sub: channel, user: "ada", id: "1" }, { subscription: "sub" }],
    [
      "with everything in one column, as text",
      { sub: JSON.stringify(channel), user: "ada", id: "1" },
      { subscription: "sub" },
    ],
    [
      "with names of its own",
      { url: channel.endpoint, k: "P", s: "A", who: "ada", nr: "1" },
      { endpoint: "url", p256dh: "k", auth: "s", user: "who", id: "nr" },
    ],
    [
      "with names that lead inward",
      { a: { url: channel.endpoint, k: JSON.stringify({ p: "P", q: "A" }) }, o: { u: "ada" }, id: "1" },
      { endpoint: "a.url", p256dh: "a.k.p", auth: "a.k.q", user: "o.u" },
    ],
    [
      "with a column whose name has a dot",
      { endpoint: channel.endpoint, "keys.p256dh": "P", "keys.auth": "A", User: "ada", ID: "1" },
      {},
    ],
  ])("is understood %s", (_, record, more) => {
    expect(device(webPushEntry(record, { ...columns, ...more }))).toMatchObject({
      id: "1",
      owner: { user: "ada" },
      platformType: "WebPush",
      channel,
    });
  });

  test.each([
    ["1767225600000", 1_767_225_600_000],
    ["2026-01-01T00:00:00Z", 1_767_225_600_000],
    ["2026-01-01 00:00:00", 1_767_225_600_000],
    ["NULL", null],
    ["soon", "soon"],
  ])("an end of %j is %j", (given, expirationTime) => {
    const record = { endpoint: "https://push.example/1", expirationTime: given };
    expect(device(webPushEntry(record, columns)).channel).toMatchObject({ expirationTime });
  });

  test.each([[null], ["text"], [[1]], [{}], [{ endpoint: 1.5 }], [{ endpoint: " " }]])("%j is refused", (record) => {
    expect(webPushEntry(record, columns).kind).toBe("refused");
  });
});

const options = { bundleId: "com.contoso.app", apnsEnvironment: "production", packageName: "com.contoso.app" };

describe("an installation of a hub", () => {
  const read = (value: unknown, more = {}) => hubInstallation(value, { ...options, ...more }, now);

  test.each<[string, unknown, object]>([
    ["apns", "AB12", { token: "AB12", bundleId: "com.contoso.app", environment: "production" }],
    ["wns", "https://db5p.notify.windows.com/?token=A", { uri: "https://db5p.notify.windows.com/?token=A" }],
    ["gcm", "f:APA91", { token: "f:APA91", packageName: "com.contoso.app" }],
    ["fcmV1", "f:APA91", { token: "f:APA91", packageName: "com.contoso.app" }],
    [
      "browser",
      { endpoint: "https://push.example/1", p256dh: "P", auth: "A" },
      { endpoint: "https://push.example/1", keys: { p256dh: "P", auth: "A" } },
    ],
  ])("of %s keeps its id as the device's", (platform, pushChannel, channel) => {
    const found = device(
      read({
        installationId: "i1",
        userID: "ada",
        platform,
        pushChannel,
        expirationTime: "9999-12-31T23:59:59.9999999Z",
        lastUpdate: "2026-01-01T00:00:00Z",
      }),
    );
    expect(found).toMatchObject({
      id: "i1",
      deviceId: "i1",
      owner: { user: "ada" },
      channel,
      updatedAt: 1_767_225_600_000,
    });
  });

  test.each<[string, object, string]>([
    ["MPNS", { platform: "mpns" }, "Fanfare does not push to Windows Phone (MPNS)"],
    ["ADM", { platform: "adm" }, "Fanfare does not push to Amazon (ADM)"],
    ["Baidu", { platform: "baidu" }, "Fanfare does not push to Baidu"],
    ["a platform nobody knows", { platform: "constructor" }, "its platform is none that is known"],
    ["an ended channel", { expiredPushChannel: true }, "its push channel has ended, as the hub was told"],
    ["one that expired", { expirationTime: "2026-01-31T11:59:59.9999999Z" }, "it had expired at the hub"],
    ["two users", { tags: ["$UserId:{grace}"] }, "it names more than one user"],
    ["no channel", { pushChannel: "" }, "it has no push channel"],
    ["no id", { installationId: "" }, "it is no installation: it has no installationId"],
  ])("with %s is refused by name", (_, more, reason) => {
    const installation = { installationId: "i1", userId: "ada", platform: "wns", pushChannel: "https://x", ...more };
    expect(read(installation)).toEqual({ kind: "refused", reasons: [reason] });
  });

  test("needs to be told what its record does not say", () => {
    const of = (platform: string) => hubInstallation({ installationId: "i", platform, pushChannel: "AB" }, {}, now);
    expect([of("apns"), of("fcmv1")]).toMatchObject([
      { reasons: [expect.stringContaining("--bundle-id and --apns-environment")] },
      { reasons: [expect.stringContaining("--package-name")] },
    ]);
  });

  test("names its user by a tag as the app writes it", () => {
    const installation = {
      installationId: "i1",
      platform: "wns",
      pushChannel: "https://x",
      tags: ["news", "username:ada"],
    };
    expect(device(read(installation, { userTag: "username:" })).owner.user).toBe("ada");
    expect(device(read(installation)).owner.user).toBeUndefined();
  });
});

describe("a registration of a hub", () => {
  const read = (line: string) => hubRegistration(line, options, now);
  const common = { ETag: "1", ExpirationTime: "9999-12-31T23:59:59.9999999Z", RegistrationId: "91-68-2" };
  const tagged = { ...common, Tags: "news,$InstallationId:{i1},$UserId:{ada@contoso.com}" };

  test.each<[string, Record<string, string>, object]>([
    ["Apple", { DeviceToken: "AB12" }, { token: "AB12" }],
    ["AppleTemplate", { DeviceToken: "AB12", BodyTemplate: '<![CDATA[{"aps":{}}]]>' }, { token: "AB12" }],
    ["Gcm", { GcmRegistrationId: "f:APA91" }, { token: "f:APA91" }],
    ["FcmV1", { FcmV1RegistrationId: "f:APA91" }, { token: "f:APA91" }],
    [
      "Windows",
      { ChannelUri: "https://db5p.notify.windows.com/?token=A&amp;b=c" },
      { uri: "https://db5p.notify.windows.com/?token=A&b=c" },
    ],
    [
      "Browser",
      { Endpoint: "https://push.example/1", P256DH: "P", Auth: "A" },
      { endpoint: "https://push.example/1", keys: { p256dh: "P", auth: "A" } },
    ],
  ])("%s is understood as exported, as answered, and with its number", (type, texts, channel) => {
    const exported = registrationLine(type, { ...tagged, ...texts });
    for (const line of [exported, `17,${exported}`, registrationEntry(type, { ...tagged, ...texts })]) {
      expect(device(read(line))).toMatchObject({
        id: "i1",
        deviceId: "i1",
        owner: { user: "ada@contoso.com" },
        channel,
      });
    }
  });

  test("that is no installation's goes by its own id, and has no name that outlives its channel", () => {
    const found = device(read(registrationLine("Gcm", { ...common, GcmRegistrationId: "f:APA91" })));
    expect(found).toMatchObject({ id: "91-68-2", deviceId: undefined });
  });

  test("cut off anywhere is refused, never taken with half a token", () => {
    const line = registrationLine("Gcm", { ...tagged, GcmRegistrationId: "f:APA91" });
    for (let length = 0; length < line.length; length += 1) expect(read(line.slice(0, length)).kind).toBe("refused");
  });

  test.each([
    ["MPNS", registrationLine("Mpns", { ...common, ChannelUri: "http://x" }), "Windows Phone (MPNS)"],
    [
      "one that expired",
      registrationLine("Gcm", { ...common, ExpirationTime: "2026-01-01T00:00:00.1234567Z" }),
      "had expired",
    ],
    [
      "a document type",
      `<!DOCTYPE x [<!ENTITY e "f">]>${registrationLine("Gcm", { GcmRegistrationId: "f" })}`,
      "no registration",
    ],
    ["two in one line", registrationLine("Gcm", common).repeat(2), "no registration"],
    ["other XML", "<feed/>", "no registration"],
    ["no XML", "17,BadRequest", "no registration"],
  ])("%s is refused", (_, line, reason) => {
    expect(read(line)).toMatchObject({ kind: "refused", reasons: [expect.stringContaining(reason)] });
  });
});
