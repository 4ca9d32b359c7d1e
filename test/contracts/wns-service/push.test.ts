import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { newToken, pushRaw, pushToast, send, startLocalWns, toastOf, uriOf, type LocalWns } from "./local-wns.ts";

let service: LocalWns;
let device: NewDevice;
let token: string;

beforeAll(async () => {
  service = await startLocalWns();
  device = await service.control.createDevice({ name: "desk" });
  token = await newToken(service);
});
afterAll(() => service.stop());

const lastReceived = async () => (await service.control.received()).at(-1);
const screenOf = async (name: string) => (await service.control.devices()).find((one) => one.name === name)!.screen;

test("a toast is answered with what Microsoft's page says, and stands on the PC's screen", async () => {
  const headers = {
    "x-wns-tag": "order7",
    "x-wns-group": "orders",
    "x-wns-requestforstatus": "true",
    "ms-cv": "abc.1",
  };
  const answer = await pushToast(service, device, token, { headers, body: toastOf("Hello", "<text>World</text>") });
  expect(answer).toMatchObject({
    status: 200,
    body: "",
    headers: {
      "x-wns-status": "received",
      "x-wns-notificationstatus": "received",
      "x-wns-deviceconnectionstatus": "connected",
      "x-wns-msg-id": expect.stringMatching(/^[\dA-F]{16}$/),
      "x-wns-debug-trace": expect.any(String),
      "ms-cv": "abc.1",
    },
  });
  expect(await lastReceived()).toMatchObject({
    device: "desk",
    status: 200,
    content: toastOf("Hello", "<text>World</text>"),
    headers: { "x-wns-type": "wns/toast", "x-wns-tag": "order7" },
  });
  expect(await screenOf("desk")).toMatchObject([
    { id: "id-of-Hello", topic: "orders.order7", content: "Hello: World" },
  ]);
  expect(service.printed.at(-1)).toMatch(/^\d\d:\d\d:\d\d desk Windows Hello: World$/);
});

test("the connection is told only to who asks", async () => {
  const answer = await pushRaw(service, device, token);
  expect(answer.headers).not.toHaveProperty("x-wns-deviceconnectionstatus");
});

test("what Microsoft's quickstart sends is taken", async () => {
  const toast = `<toast><visual><binding template="ToastGeneric"><text>Example cloud toast notification</text><text>This is an example cloud notification using XML</text></binding></visual></toast>`;
  expect((await pushToast(service, device, token, { body: toast })).status).toBe(200);
  const raw = '{ Sync: "Hello from the Contoso App Service" }';
  expect((await pushRaw(service, device, token, { body: raw })).status).toBe(200);
  expect(await lastReceived()).toMatchObject({ content: raw });
});

test.each([
  ["TTL 0", { "x-wns-ttl": "0" }],
  ["priority 4", { "x-wns-priority": "4" }],
  ["a tag of 16", { "x-wns-tag": "abcdefghijklmnOP" }],
  ["a content type with a charset", { "content-type": "text/xml; charset=utf-8" }],
])("%s is taken", async (_case, headers) => {
  expect((await pushToast(service, device, token, { headers })).status).toBe(200);
});

test.each([
  ["no type", { "x-wns-type": null }, /X-WNS-Type is missing/],
  ["an unknown type", { "x-wns-type": "wns/poem" }, /X-WNS-Type must be/],
  ["no content type", { "content-type": null }, /Content-Type must be text\/xml/],
  ["raw's content type", { "content-type": "application/octet-stream" }, /Content-Type must be text\/xml/],
  ["a negative TTL", { "x-wns-ttl": "-1" }, /X-WNS-TTL/],
  ["a TTL in words", { "x-wns-ttl": "1h" }, /X-WNS-TTL/],
  ["a tag of 17", { "x-wns-tag": "abcdefghijklmnOPQ" }, /X-WNS-Tag/],
  ["a tag with a hyphen", { "x-wns-tag": "a-b" }, /X-WNS-Tag/],
  ["a group with a space", { "x-wns-group": "a b" }, /X-WNS-Group/],
  ["an unknown policy", { "x-wns-cache-policy": "keep" }, /X-WNS-Cache-Policy/],
  ["a priority by its name", { "x-wns-priority": "high" }, /X-WNS-PRIORITY/],
  ["a status request that is neither", { "x-wns-requestforstatus": "yes" }, /X-WNS-RequestForStatus/],
  ["a phone's header", { "x-wns-suppresspopup": "true" }, /X-WNS-SuppressPopup/],
])("a push with %s is refused with 400, described and noted", async (_case, headers, description) => {
  const answer = await pushToast(service, device, token, { headers: headers });
  expect(answer).toMatchObject({ status: 400, body: "" });
  expect(answer.headers["x-wns-error-description"]).toMatch(description);
  expect(await lastReceived()).toMatchObject({
    device: "desk",
    status: 400,
    content: null,
    reason: expect.stringMatching(description),
  });
});

test.each([
  ["no token", null],
  ["another scheme", "Basic abc"],
  ["a token that never was", "Bearer abc"],
])("a push with %s is refused with 401", async (_case, authorization) => {
  const answer = await pushRaw(service, device, token, { headers: { authorization } });
  expect(answer).toMatchObject({ status: 401, headers: { "www-authenticate": expect.stringMatching(/^Bearer/) } });
});

test("5,000 bytes are taken, and one more is 413", async () => {
  expect((await pushRaw(service, device, token, { body: "é".repeat(2_500) })).status).toBe(200);
  expect((await pushRaw(service, device, token, { body: "x".repeat(5_001) })).status).toBe(413);
});

test("chunks are refused: Content-Length must be there", async () => {
  const chunks = async function* () {
    yield await Promise.resolve(Buffer.from("raw"));
  };
  const answer = await pushRaw(service, device, token, { body: chunks() });
  expect(answer).toMatchObject({
    status: 411,
    headers: { "x-wns-error-description": expect.stringContaining("Content-Length") },
  });
});

test("a channel that never was, or was changed in its escapes, is 404, and nobody's", async () => {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/octet-stream",
    "x-wns-type": "wns/raw",
  };
  const uri = uriOf(device);
  expect(uri).toMatch(/%3d%3d$/);
  for (const other of [
    `${service.url}/?token=unknown`,
    uri.replace(/%3d%3d$/, "%3D%3D"),
    uri.replace(/%3d%3d$/, "=="),
  ]) {
    expect((await send(service, other, { headers, body: "raw" })).status).toBe(404);
  }
  expect((await send(service, `${service.url}/elsewhere`, { headers, body: "raw" })).status).toBe(404);
});

test("a PC whose app is gone is 410, another app's channel 403, and both are only told to who may send", async () => {
  const leaving = await service.control.createDevice();
  await service.control.removeDevice(leaving.deviceId);
  expect((await pushRaw(service, leaving, token)).status).toBe(410);
  const strange = await service.control.createDevice({ packageName: "Contoso.Other" });
  expect((await pushRaw(service, strange, token)).status).toBe(403);
  expect((await pushRaw(service, strange, "no token")).status).toBe(401);
});

test("other methods are 405, DELETE too: it is for phones", async () => {
  for (const method of ["GET", "DELETE", "PUT"] as const) {
    const answer = await send(service, uriOf(device), { method });
    expect(answer).toMatchObject({ status: 405, headers: { allow: "POST" } });
  }
});

test("a fault that was asked for is what the sender meets", async () => {
  await service.control.addFault({ status: 200, headers: { "x-wns-status": "channelthrottled" }, count: 1 });
  await service.control.addFault({ status: 406, headers: { "retry-after": "7" }, count: 1 });
  expect(await pushRaw(service, device, token)).toMatchObject({ headers: { "x-wns-status": "channelthrottled" } });
  expect(await pushRaw(service, device, token)).toMatchObject({ status: 406, headers: { "retry-after": "7" } });
  expect((await pushRaw(service, device, token)).status).toBe(200);
});

test("tiles and badges are taken, and change no screen", async () => {
  const before = await screenOf("desk");
  const badge = { headers: { "x-wns-type": "wns/badge" }, body: '<badge value="7"/>' };
  expect((await pushToast(service, device, token, badge)).status).toBe(200);
  expect(await screenOf("desk")).toEqual(before);
});
