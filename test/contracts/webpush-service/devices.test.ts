import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { newServerKeys, push, send, startLocalService, type LocalService } from "./local-service.ts";

let service: LocalService;
let device: NewDevice;

beforeAll(async () => {
  service = await startLocalService();
});
afterAll(() => service.stop());
beforeEach(async () => {
  await service.control.clearReceived();
  device = await service.control.createDevice();
});

const screen = async (): Promise<string[]> => {
  const { screen: toasts } = (await service.control.devices()).find(({ deviceId }) => deviceId === device.deviceId)!;
  return toasts.map(({ content }) => content);
};
const waiting = async (): Promise<number> =>
  (await service.control.devices()).find(({ deviceId }) => deviceId === device.deviceId)!.waiting;
const received = async () => (await service.control.received()).map(({ content }) => content);
const offline = () => service.control.setOnline(device.deviceId, false);
const online = () => service.control.setOnline(device.deviceId, true);
const message = (id: string, text: string): string =>
  JSON.stringify({ changeType: "afsChange", newETag: "2", baseETag: "1", notification: { id, text } });

test("a toast replaces the one of the same notification, whatever its topic", async () => {
  await push(service, device, { content: message("n1", "old"), headers: { topic: "a" } });
  await push(service, device, { content: message("n2", "other"), headers: { topic: "a" } });
  await push(service, device, { content: message("n1", "new"), headers: { topic: "b" } });
  expect(await screen()).toEqual([message("n2", "other"), message("n1", "new")]);
});

test("a message that names no notification replaces by topic; without either it always adds", async () => {
  await push(service, device, { content: "one", headers: { topic: "a" } });
  await push(service, device, { content: "two", headers: { topic: "b" } });
  await push(service, device, { content: "three", headers: { topic: "a" } });
  await push(service, device, { content: "four" });
  await push(service, device, { content: "four" });
  expect(await screen()).toEqual(["two", "three", "four", "four"]);
});

test("a tap takes the place of the toast with its topic", async () => {
  await push(service, device, { content: message("n1", "old"), headers: { topic: "a" } });
  const tap = JSON.stringify({ changeType: "afsChangeNotification", newETag: "3", baseETag: "2" });
  await push(service, device, { content: tap, headers: { topic: "a" } });
  expect(await screen()).toEqual([tap]);
});

test("a full screen loses its oldest toast", async () => {
  for (let index = 0; index <= 50; index += 1) await push(service, device, { content: String(index) });
  expect(await screen()).toHaveLength(50);
  expect((await screen())[0]).toBe("1");
});

test("messages for a device that is offline wait, in order, until it is online", async () => {
  await offline();
  for (const content of ["one", "two"]) expect((await push(service, device, { content })).status).toBe(201);
  expect(await received()).toEqual([]);
  expect(await waiting()).toBe(2);
  await online();
  expect(await received()).toEqual(["one", "two"]);
  expect(await screen()).toEqual(["one", "two"]);
  expect(await waiting()).toBe(0);
});

test("a waiting message is replaced by the next with its topic", async () => {
  await offline();
  await push(service, device, { content: "old", headers: { topic: "a" } });
  await push(service, device, { content: "other", headers: { topic: "b" } });
  await push(service, device, { content: "new", headers: { topic: "a" } });
  await online();
  expect(await received()).toEqual(["other", "new"]);
});

test("a message waits no longer than its lifetime", async () => {
  await offline();
  await push(service, device, { content: "short", headers: { ttl: "10" } });
  await push(service, device, { content: "long", headers: { ttl: "11" } });
  service.clock.now += 10_000;
  expect(await waiting()).toBe(1);
  await online();
  expect(await received()).toEqual(["long"]);
});

test("without lifetime a message for a device that is offline is dropped, and drops the one with its topic", async () => {
  await offline();
  await push(service, device, { content: "old", headers: { topic: "a" } });
  expect(await push(service, device, { headers: { ttl: "0", topic: "a" } })).toMatchObject({
    status: 201,
    headers: { ttl: "0" },
  });
  await online();
  expect(await received()).toEqual([]);
});

test("a sender can withdraw a message that waits; for any other it is told the same", async () => {
  await offline();
  const { headers } = await push(service, device, { content: "withdrawn" });
  await push(service, device, { content: "kept" });
  expect((await send(service, "DELETE", String(headers.location))).status).toBe(204);
  expect((await send(service, "DELETE", String(headers.location))).status).toBe(204);
  await online();
  expect(await received()).toEqual(["kept"]);
  expect((await send(service, "DELETE", `${service.url}/message/nobody/1`)).status).toBe(404);
});

test("a push to an offline device is refused for the same faults as any other", async () => {
  await offline();
  expect((await push(service, device, { headers: { ttl: null } })).status).toBe(400);
  expect(await waiting()).toBe(0);
});

test("new devices get the names asked for, and never one that is taken", async () => {
  const names = async (wish: object): Promise<string[]> =>
    (await service.control.createDevices(wish)).map(({ name }) => name);
  expect(await names({ name: "tab" })).toEqual(["tab"]);
  expect(await names({ name: "tab" })).toEqual(["tab-1"]);
  expect(await names({ name: "tab", count: 3 })).toEqual(["tab-2", "tab-3", "tab-4"]);
});

test("a new device's channel is exactly a subscription's", async () => {
  expect(device).toEqual({
    name: expect.stringMatching(/^webpush-\d+$/),
    deviceId: expect.stringMatching(/^[\da-f-]{36}$/),
    platformType: "WebPush",
    channel: {
      endpoint: expect.stringMatching(new RegExp(`^${service.url}/push/[\\w-]{32}$`)),
      keys: { p256dh: expect.stringMatching(/^[\w-]{87}$/), auth: expect.stringMatching(/^[\w-]{22}$/) },
      expirationTime: null,
    },
  });
  await expect(service.control.createDevice({ applicationServerKey: "no key" })).rejects.toThrow(
    /400.*applicationServerKey/,
  );
  await service.control.createDevice({ applicationServerKey: newServerKeys().publicKey });
});
