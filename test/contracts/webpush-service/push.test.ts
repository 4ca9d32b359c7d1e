import { createSign, generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import webPush from "web-push";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { newServerKeys, push, send, startLocalService, token, vapid, type LocalService } from "./local-service.ts";

let service: LocalService;
let device: NewDevice;
const others = newServerKeys();
const seconds = (): number => Math.floor(service.clock.now / 1000);

beforeAll(async () => {
  service = await startLocalService();
  device = await service.control.createDevice({ name: "browser" });
});
afterAll(() => service.stop());

const lastReceived = async () => (await service.control.received()).at(-1);

test("a proper push is answered 201 with its message's address and lifetime, and its device shows it decrypted", async () => {
  const answer = await push(service, device, {
    content: "Hello World!",
    headers: { urgency: "high", topic: "greeting" },
  });
  expect(answer).toMatchObject({ status: 201, body: "", headers: { ttl: "60" } });
  expect(answer.headers.location).toMatch(new RegExp(`^${service.url}/message/`));
  expect(await lastReceived()).toMatchObject({
    device: "browser",
    deviceId: device.deviceId,
    status: 201,
    content: "Hello World!",
    headers: { ttl: "60", urgency: "high", topic: "greeting", "content-encoding": "aes128gcm" },
  });
  expect(service.printed.at(-1)).toMatch(/^\d\d:\d\d:\d\d browser WebPush Hello World!$/);
});

test("what the web-push library sends by itself is taken", async () => {
  const { endpoint, headers, body } = webPush.generateRequestDetails(
    device.channel as unknown as webPush.PushSubscription,
    "from the library",
    { TTL: 5, vapidDetails: { subject: "https://contoso.com", ...service.keys } },
  );
  const texts = Object.fromEntries(Object.entries<unknown>(headers).map(([name, value]) => [name, String(value)]));
  expect(await send(service, "POST", endpoint, texts, body)).toMatchObject({ status: 201 });
  expect(await lastReceived()).toMatchObject({ content: "from the library" });
});

test("a push without content is taken", async () => {
  const answer = await push(service, device, { body: Buffer.alloc(0), headers: { "content-encoding": null } });
  expect(answer.status).toBe(201);
  expect(await lastReceived()).toMatchObject({ status: 201, content: "" });
});

test("4,096 bytes are taken, and a lifetime beyond 28 days is cut", async () => {
  const answer = await push(service, device, { content: "x".repeat(3_993), headers: { ttl: "99999999" } });
  expect(answer).toMatchObject({ status: 201, headers: { ttl: "2419200" } });
});

const topicOf32 = "abcdefghijklmnopqrstuvwxyz-_0123";
test.each([
  ["Topic of 32 characters", { topic: topicOf32 }],
  ["TTL 0", { ttl: "0" }],
  ["Urgency very-low", { urgency: "very-low" }],
  ["Urgency normal", { urgency: "normal" }],
])("%s is taken", async (_case, headers) => {
  expect((await push(service, device, { headers })).status).toBe(201);
});

test.each([
  ["no TTL", { ttl: null }, 400, 111],
  ["a negative TTL", { ttl: "-1" }, 400, 112],
  ["a TTL that is no number", { ttl: "1h" }, 400, 112],
  ["a Topic of 33 characters", { topic: `${topicOf32}x` }, 400, 113],
  ["a Topic outside base64url", { topic: "a.b" }, 400, 113],
  ["an empty Topic", { topic: "" }, 400, 113],
  ["an unknown Urgency", { urgency: "urgent" }, 400, null],
  ["no Content-Encoding", { "content-encoding": null }, 400, 110],
  ["the encoding of an older draft", { "content-encoding": "aesgcm" }, 400, 110],
  ["an older draft's key header", { "crypto-key": "dh=BAAA" }, 400, 110],
  ["no Authorization", { authorization: null }, 401, 109],
  ["another scheme", { authorization: "Bearer abc" }, 401, 109],
  ["a token that is none", { authorization: "vapid t=abc, k=abc" }, 401, 109],
])("a push with %s is refused and noted", async (_case, headers: Record<string, string | null>, status, errno) => {
  const answer = await push(service, device, { headers });
  expect(answer.status).toBe(status);
  const told = JSON.parse(answer.body);
  expect(told).toEqual({ code: status, errno, error: expect.any(String), message: expect.stringMatching(/\.$/) });
  expect(await lastReceived()).toMatchObject({ device: "browser", status, content: null, reason: told.message });
});

test("a body of 4,097 bytes is refused with 413", async () => {
  const answer = await push(service, device, { content: "x".repeat(3_994) });
  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.body)).toMatchObject({ code: 413, errno: 104 });
});

test.each([
  ["aud is another origin", () => vapid(service, { aud: "https://updates.push.services.mozilla.com" })],
  ["aud has a path", () => vapid(service, { aud: `${service.url}/` })],
  ["aud is missing", () => vapid(service, { aud: undefined })],
  ["exp is past", () => vapid(service, { exp: seconds() - 1 })],
  ["exp is 24 hours and a minute ahead", () => vapid(service, { exp: seconds() + 86_460 })],
  ["exp is missing", () => vapid(service, { exp: undefined })],
  ["sub is missing", () => vapid(service, { sub: undefined })],
  ["sub is no URL", () => vapid(service, { sub: "operator" })],
  ["sub is an http URL", () => vapid(service, { sub: "http://contoso.com" })],
  ["the signature is another key's", () => vapid(service, {}, { ...others, publicKey: service.keys.publicKey })],
  ["the algorithm is not ES256", () => rs256(service)],
  ["k is missing", async () => (await vapid(service)).replace(/, k=.*/, "")],
  ["t is missing", async () => (await vapid(service)).replace(/t=[^,]*,/, "")],
])("a token is not believed when %s: 401", async (_case, authorization) => {
  const answer = await push(service, device, { headers: { authorization: await authorization() } });
  expect(answer).toMatchObject({ status: 401, headers: { "www-authenticate": "vapid" } });
  expect(JSON.parse(answer.body)).toMatchObject({ errno: 109 });
});

const rs256 = async ({ url, keys }: LocalService): Promise<string> => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256" })}.${part({ aud: url, exp: seconds() + 60, sub: "mailto:a@contoso.com" })}`;
  const signature = createSign("sha256").update(signed).sign(privateKey, "base64url");
  return Promise.resolve(`vapid t=${signed}.${signature}, k=${keys.publicKey}`);
};

test("exp up to 24 hours ahead is believed, and parameters come in any order", async () => {
  const jwt = await token({ aud: service.url, exp: seconds() + 86_400, sub: "mailto:a@contoso.com" }, service.keys);
  const authorization = `Vapid k=${service.keys.publicKey},t=${jwt}`;
  expect((await push(service, device, { headers: { authorization } })).status).toBe(201);
});

test("a token that was believed is no longer once it has expired", async () => {
  const authorization = await vapid(service, { exp: seconds() + 10 });
  expect((await push(service, device, { headers: { authorization } })).status).toBe(201);
  service.clock.now += 11_000;
  expect((await push(service, device, { headers: { authorization } })).status).toBe(401);
});

test("another application server's pushes are refused with 403, unless the device takes anybody's", async () => {
  const authorization = await vapid(service, {}, others);
  const answer = await push(service, device, { headers: { authorization } });
  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.body)).toMatchObject({ code: 403, errno: 109 });

  const bound = await service.control.createDevice({ applicationServerKey: others.publicKey });
  expect((await push(service, bound, { headers: { authorization } })).status).toBe(201);
  expect((await push(service, bound)).status).toBe(403);

  const open = await service.control.createDevice({ applicationServerKey: null });
  expect((await push(service, open, { headers: { authorization } })).status).toBe(201);
  expect((await push(service, open, { headers: { authorization: null } })).status).toBe(201);
  expect((await push(service, open, { headers: { authorization: "vapid t=x, k=y" } })).status).toBe(401);
});

test("an endpoint that never was is 404, and noted as nobody's", async () => {
  const answer = await push(service, device, { path: "/push/unknown" });
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.body)).toMatchObject({ code: 404, errno: 102, error: "Not Found" });
  expect(await lastReceived()).toMatchObject({ device: null, deviceId: null, status: 404 });
});

test("a device that unsubscribed answers 410 from then on", async () => {
  const leaving = await service.control.createDevice();
  await service.control.removeDevice(leaving.deviceId);
  const answer = await push(service, leaving);
  expect(answer).toMatchObject({ status: 410, headers: { "cache-control": "max-age=86400" } });
  expect(JSON.parse(answer.body)).toMatchObject({ code: 410, errno: 106, error: "Gone" });
  expect(await service.control.devices()).not.toContainEqual(expect.objectContaining({ deviceId: leaving.deviceId }));
});

test("other methods and paths are refused", async () => {
  const endpoint = String(device.channel.endpoint);
  expect(await send(service, "GET", endpoint)).toMatchObject({ status: 405, headers: { allow: "POST" } });
  expect(await send(service, "GET", `${service.url}/message/a/b`)).toMatchObject({
    status: 405,
    headers: { allow: "DELETE" },
  });
  expect((await send(service, "GET", service.url)).status).toBe(404);
  expect((await send(service, "POST", `${endpoint}/more`)).status).toBe(404);
});

test("a message that cannot be decrypted is taken as vendors do, noted with the reason, and alarmed", async () => {
  const { p256dh } = newSubscription();
  const body = webPush.encrypt(p256dh, "BTBZMqHH6r4Tts7J_aSIgg", "secret", "aes128gcm").cipherText;
  expect((await push(service, device, { body })).status).toBe(201);
  const reason = "cannot be decrypted: it was not encrypted for this subscription's keys";
  expect(await lastReceived()).toMatchObject({ status: 201, content: null, reason });
  expect(service.alarms.at(-1)).toContain(`browser WebPush !! ${reason}`);
});

const newSubscription = (): { p256dh: string } => ({ p256dh: newServerKeys().publicKey });

test("what is printed cannot drive the terminal and is cut", async () => {
  await push(service, device, { content: `\u001b[2J\r\nevil\u202e\u2028${"😀".repeat(300)}` });
  const line = service.printed.at(-1) ?? "";
  expect(line).toMatch(/browser WebPush \\u\{1b\}\[2J\\u\{d\}\\u\{a\}evil\\u\{202e\}\\u\{2028\}(😀)+…$/u);
  expect(line).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Bidi_Control}]/u);
  expect(line.length).toBeLessThan(500);
});
