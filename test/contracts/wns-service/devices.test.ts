import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { newToken, pushRaw, pushToast, startLocalWns, toastOf, type LocalWns } from "./local-wns.ts";

let folder: string;
let service: LocalWns;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-wns-"));
  service = await startLocalWns({ folder, isEphemeral: false });
  token = await newToken(service);
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

const deviceNamed = async ({ deviceId }: NewDevice) =>
  (await service.control.devices()).find((one) => one.deviceId === deviceId)!;
const shown = async (device: NewDevice): Promise<string[]> =>
  (await deviceNamed(device)).screen.map(({ content }) => content);
const offline = async (): Promise<NewDevice> => {
  const device = await service.control.createDevice();
  await service.control.setOnline(device.deviceId, false);
  return device;
};
const toast = (title: string, tag?: string, group?: string) => ({
  headers: { ...(tag && { "x-wns-tag": tag }), ...(group && { "x-wns-group": group }) },
  body: toastOf(title),
});
const keep = { "x-wns-cache-policy": "cache" };

test("a toast takes the place of the one with its tag and group, and of no other", async () => {
  const device = await service.control.createDevice();
  await pushToast(service, device, token, toast("one", "a", "g"));
  await pushToast(service, device, token, toast("other-group", "a", "h"));
  await pushToast(service, device, token, toast("no-group", "a"));
  await pushToast(service, device, token, toast("other-tag", "b", "g"));
  await pushToast(service, device, token, toast("untagged"));
  await pushToast(service, device, token, toast("two", "a", "g"));
  expect(await shown(device)).toEqual(["other-group", "no-group", "other-tag", "untagged", "two"]);
});

test("for a PC that is offline WNS keeps the latest toast and the latest raw one that asked for it, as long as they live", async () => {
  const device = await offline();
  await pushToast(service, device, token, toast("first", "a"));
  const answer = await pushToast(service, device, token, { ...toast("second", "b") });
  expect(answer.headers).toMatchObject({ "x-wns-status": "received" });
  await pushRaw(service, device, token, { headers: keep, body: "raw-1" });
  await pushRaw(service, device, token, { headers: keep, body: "raw-2" });
  expect((await deviceNamed(device)).waiting).toBe(2);
  await service.control.clearReceived();
  await service.control.setOnline(device.deviceId, true);
  expect((await service.control.received()).map(({ content }) => content)).toEqual([toastOf("second"), "raw-2"]);
  expect(await shown(device)).toEqual(["second"]);
  expect((await deviceNamed(device)).waiting).toBe(0);
});

test("what may not wait is dropped, and so the sender is told", async () => {
  const device = await offline();
  const status = { "x-wns-requestforstatus": "true" };
  for (const headers of [status, { ...status, "x-wns-cache-policy": "no-cache" }]) {
    const answer = await pushRaw(service, device, token, { headers });
    expect(answer.headers).toMatchObject({
      "x-wns-status": "dropped",
      "x-wns-notificationstatus": "dropped",
      "x-wns-deviceconnectionstatus": "disconnected",
    });
  }
  expect((await service.control.received()).at(-1)).toMatchObject({
    content: null,
    reason: expect.stringContaining("offline"),
  });
  expect((await deviceNamed(device)).waiting).toBe(0);
});

test("what waits is dropped when its time is over", async () => {
  const device = await offline();
  await pushToast(service, device, token, { headers: { "x-wns-ttl": "60" }, body: toastOf("short") });
  await pushRaw(service, device, token, { headers: { ...keep, "x-wns-ttl": "62" }, body: "longer" });
  service.clock.now += 61_000;
  await service.control.clearReceived();
  await service.control.setOnline(device.deviceId, true);
  expect((await service.control.received()).map(({ content }) => content)).toEqual(["longer"]);
  expect(await shown(device)).toEqual([]);
});

test("a toast leaves the screen when its time is over, counted from when WNS took it", async () => {
  const device = await service.control.createDevice();
  const away = await offline();
  const short = { headers: { "x-wns-ttl": "60" }, body: toastOf("short") };
  await Promise.all([pushToast(service, device, token, short), pushToast(service, away, token, short)]);
  service.clock.now += 30_000;
  await service.control.setOnline(away.deviceId, true);
  service.clock.now += 29_999;
  expect(await Promise.all([shown(device), shown(away)])).toEqual([["short"], ["short"]]);
  service.clock.now += 1;
  expect(await Promise.all([shown(device), shown(away)])).toEqual([[], []]);
});

test("PCs, their screens and what waits for them survive a restart; tokens do not", async () => {
  const device = await service.control.createDevice({ name: "survivor" });
  await pushToast(service, device, token, toast("before", "a"));
  await service.control.setOnline("survivor", false);
  await pushToast(service, device, token, toast("kept", "b"));
  const { account, clock } = service;
  await service.stop();
  service = await startLocalWns({ folder, isEphemeral: false, account, now: () => clock.now });
  expect(await shown(device)).toEqual(["before"]);
  expect((await deviceNamed(device)).waiting).toBe(1);
  await service.control.setOnline("survivor", true);
  expect(await shown(device)).toEqual(["before", "kept"]);
  const moved = { ...device, channel: (await deviceNamed(device)).channel };
  expect((await pushRaw(service, moved, token)).status).toBe(401);
  expect((await pushRaw(service, moved, await newToken(service))).status).toBe(200);
});
