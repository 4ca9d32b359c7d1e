import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { request } from "undici";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { push, startLocalService, type LocalService } from "./local-service.ts";

let service: LocalService;
let device: NewDevice;

beforeAll(async () => {
  service = await startLocalService({ receivedKept: 20 });
  device = await service.control.createDevice({ name: "browser" });
});
afterAll(() => service.stop());
beforeEach(() => Promise.all([service.control.clearFaults(), service.control.clearReceived()]));

const call = async (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: string, headers = {}) => {
  const response = await request(service.controlUrl + path, { method, headers, body: body ?? null });
  const text = await response.body.text();
  return { status: response.statusCode, body: text === "" ? undefined : JSON.parse(text) };
};
const contents = async (since = 0) => (await service.control.received(since)).map(({ content }) => content);

test("received pushes come in order, from after the number asked for; numbers go on after a clear", async () => {
  for (const content of ["a", "b", "c"]) await push(service, device, { content });
  const all = await service.control.received();
  const [first = 0] = all.map(({ seq }) => seq);
  expect(all.map(({ seq }) => seq)).toEqual([first, first + 1, first + 2]);
  expect(await contents(first)).toEqual(["b", "c"]);
  expect(await contents(first + 2)).toEqual([]);
  expect(await contents(1_000_000)).toEqual([]);
  await service.control.clearReceived();
  expect(await contents()).toEqual([]);
  await push(service, device);
  expect((await service.control.received())[0]?.seq).toBe(first + 3);
});

test("only the latest pushes are kept", async () => {
  for (let index = 0; index < 25; index += 1) await push(service, device, { content: String(index) });
  expect(await contents()).toEqual(Array.from({ length: 20 }, (_none, index) => String(index + 5)));
});

test("who waits is answered when the next push comes, and with nothing when none does", async () => {
  const came = service.control.waitFor(({ content }) => content === "at last");
  await push(service, device, { content: "not yet" });
  await push(service, device, { content: "at last" });
  expect(await came).toMatchObject({ content: "at last", device: "browser" });
  const never = service.control.waitFor(({ content }) => content === "never", { within: 30 });
  await expect(never).rejects.toThrow(
    /not received within 30 ms. Instead: \d+ browser 201 not yet\n\d+ browser 201 at last/,
  );
});

test("a fault answers for the vendor as often as told, then all is well again", async () => {
  await service.control.addFault({ status: 503, headers: { "retry-after": "7" }, body: { reason: "busy" }, count: 2 });
  for (const _time of [1, 2]) {
    const answer = await push(service, device);
    expect(answer).toMatchObject({ status: 503, body: '{"reason":"busy"}' });
    expect(answer.headers).toMatchObject({ "retry-after": "7", "content-type": "application/json" });
  }
  expect((await push(service, device)).status).toBe(201);
  const noted = await service.control.received();
  expect(noted.map(({ status }) => status)).toEqual([503, 503, 201]);
  expect(noted[0]).toMatchObject({ device: "browser", content: null, reason: "a fault was asked for" });
});

test("a fault for one device, by name or id, spares the others; an endless one ends when cleared", async () => {
  const other = await service.control.createDevice();
  await service.control.addFault({ device: "browser", status: 410, count: 1 });
  await service.control.addFault({ device: device.deviceId, status: 429 });
  expect((await push(service, other)).status).toBe(201);
  for (const status of [410, 429, 429]) expect((await push(service, device)).status).toBe(status);
  expect(await service.control.faults()).toEqual([{ device: device.deviceId, status: 429 }]);
  await service.control.clearFaults();
  expect((await push(service, device)).status).toBe(201);
});

test("counted faults come before endless ones, and a new endless fault replaces the old", async () => {
  await service.control.addFault({ status: 500 });
  await service.control.addFault({ status: 502 });
  await service.control.addFault({ status: 503, count: 1 });
  for (const status of [503, 502, 502]) expect((await push(service, device)).status).toBe(status);
});

test("a delayed push arrives after its delay", async () => {
  await service.control.addFault({ delayMs: 60, count: 1 });
  const start = performance.now();
  expect((await push(service, device, { content: "late" })).status).toBe(201);
  expect(performance.now() - start).toBeGreaterThan(55);
  expect(await contents()).toEqual(["late"]);
});

test("a reset breaks the connection, and a hanging push is never answered", async () => {
  await service.control.addFault({ reset: true, count: 1 });
  await expect(push(service, device)).rejects.toMatchObject({ code: "ECONNRESET" });
  await service.control.addFault({ hang: true, count: 1 });
  const hanging = push(service, device).catch((error: unknown) => error);
  const noted = await service.control.waitFor(({ reason }) => reason === "a fault was asked for", {
    since: await lastSeq(),
  });
  expect(noted).toMatchObject({ status: null, content: null });
  expect((await push(service, device)).status).toBe(201);
  await service.agent.destroy();
  expect(await hanging).toBeInstanceOf(Error);
});

const lastSeq = async (): Promise<number> => (await service.control.received()).at(-1)?.seq ?? 0;

test.each([
  ["POST", "/_devices", "{", 400, /not JSON/],
  ["POST", "/_devices", "{}", 400, /^count: /],
  ["POST", "/_devices", '{"count":0}', 400, /^count: /],
  ["POST", "/_devices", '{"count":1,"colour":"red"}', 400, /colour/],
  ["POST", "/_faults", "[]", 400, /expected object/],
  ["POST", "/_faults", "{}", 400, /one of status, delayMs, hang and reset/],
  ["POST", "/_faults", '{"status":99}', 400, /^status: /],
  [
    "POST",
    "/_faults",
    '{"status":429,"retryAfter":9}',
    400,
    /no retryAfter, but device, status.*Retry-After is one of/,
  ],
  [
    "POST",
    "/_faults",
    '{"status":500,"count":1.5,"headers":{"a b":"c"}}',
    400,
    /headers\.a b: is not an HTTP header; count: /,
  ],
  ["POST", "/_faults", '{"status":500,"device":"nobody"}', 400, /There is no device "nobody"/],
  ["PATCH", "/_devices/browser", '{"online":"yes"}', 400, /^online: /],
  ["PATCH", "/_devices/nobody", '{"online":true}', 404, /There is no device "nobody"/],
  ["DELETE", "/_devices/nobody", undefined, 404, /There is no device "nobody"/],
  ["GET", "/_received?since=first", undefined, 400, /^since: /],
  ["GET", "/_received?waitMs=1e9", undefined, 400, /^waitMs: /],
] as const)("%s %s %s is answered %i with what is wrong", async (method, path, body, status, told) => {
  const answer = await call(method, path, body);
  expect(answer).toEqual({ status, body: { error: expect.stringMatching(told) } });
});

test("a body beyond 64 KiB is not read", async () => {
  const answer = await call("POST", "/_devices", JSON.stringify({ count: 1, name: "x".repeat(70_000) }));
  expect(answer).toEqual({ status: 413, body: { error: "The body must be at most 65536 bytes." } });
});

test("an unknown path is answered with what there is", async () => {
  const { status, body } = await call("GET", "/received");
  expect(status).toBe(404);
  expect(body.known).toEqual(
    expect.arrayContaining(["GET /_received", "POST /_faults", "POST /_devices", "GET /_health"]),
  );
});

test("web pages of elsewhere are kept out", async () => {
  expect((await call("GET", "/_health")).body).toEqual({ status: "ready", platformType: "WebPush", url: service.url });
  expect((await call("GET", "/_health", undefined, { origin: "http://localhost:7071" })).status).toBe(200);
  expect((await call("POST", "/_faults", '{"hang":true}', { origin: "https://contoso.com" })).status).toBe(403);
  expect((await call("GET", "/_received", undefined, { host: "rebound.contoso.com:7083" })).status).toBe(403);
  expect(await service.control.faults()).toEqual([]);
});
