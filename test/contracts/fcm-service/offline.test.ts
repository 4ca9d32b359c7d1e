import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { bearer, send, startLocalService, tokenOf, type LocalService } from "./local-service.ts";

let service: LocalService;
let folder: string;
let authorization: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-fcm-"));
  service = await startLocalService({ folder, isEphemeral: false });
  authorization = await bearer(service);
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

const sleeper = async (): Promise<NewDevice> => {
  const device = await service.control.createDevice();
  await service.control.setOnline(device.deviceId, false);
  return device;
};
const toSleeper = async (device: NewDevice, android: object, members: object = { data: { is: "data" } }) => {
  const { status } = await send(service, { token: tokenOf(device), android, ...members }, { authorization });
  expect(status).toBe(200);
};
/** What it gets when it is back: of each message what `pick` names. */
const wakes = async (device: NewDevice) => {
  const { waiting } = await standing(device);
  await service.control.setOnline(device.deviceId, true);
  const received = await service.control.received();
  const came = received.filter(({ deviceId, content }) => deviceId === device.deviceId && content !== null);
  expect(came).toHaveLength(waiting);
  return came.map(({ content }) => content ?? "");
};
const standing = async ({ deviceId }: NewDevice) => {
  const found = (await service.control.devices()).find((device) => device.deviceId === deviceId);
  if (!found) throw new Error("no such device");
  return found;
};
const keyOf = (content: string): unknown => /"collapse_key":"([^"]*)"/.exec(content)?.[1];

test("of messages with one collapse key the newest is kept, for as long as it lives", async () => {
  const device = await sleeper();
  await toSleeper(device, { collapse_key: "one", ttl: "60s" }, { data: { n: "1" } });
  await toSleeper(device, { collapse_key: "brief", ttl: "10s" });
  await toSleeper(device, { collapse_key: "one", ttl: "60s" }, { data: { n: "2" } });
  service.clock.now += 10_000;
  const [only, ...others] = await wakes(device);
  expect(others).toEqual([]);
  expect(JSON.parse(only ?? "")).toMatchObject({ message: { data: { n: "2" } } });
});

test("now or never is never, and takes the place of the one with its key", async () => {
  const device = await sleeper();
  await toSleeper(device, { collapse_key: "one", ttl: "60s" });
  await toSleeper(device, { collapse_key: "one", ttl: "0s" });
  expect(await wakes(device)).toEqual([]);
});

test("four collapse keys are kept for a phone, and no more", async () => {
  const device = await sleeper();
  for (const collapse_key of ["a", "b", "c", "d", "e"]) await toSleeper(device, { collapse_key });
  expect((await wakes(device)).map(keyOf)).toEqual(["b", "c", "d", "e"]);
});

test("what is drawn is collapsible without a key", async () => {
  const device = await sleeper();
  for (const title of ["first", "second"]) await toSleeper(device, {}, { notification: { title } });
  await wakes(device);
  expect((await standing(device)).screen.map(({ content }) => content)).toEqual(["second"]);
});

test("a hundred other messages are kept; beyond, all are gone, and the app is told that it missed something", async () => {
  const device = await sleeper();
  await Promise.all(Array.from({ length: 100 }, () => toSleeper(device, {})));
  expect((await standing(device)).waiting).toBe(100);
  await toSleeper(device, {});
  await toSleeper(device, { collapse_key: "kept" });
  const came = await wakes(device);
  expect([came[0], keyOf(came[1] ?? "")]).toEqual(["message_type: deleted_messages", "kept"]);
});

test("after a restart phones, their screens and what waits for them are there again; tokens are not", async () => {
  const [awake, asleep] = [await service.control.createDevice(), await sleeper()];
  await toSleeper(awake, { notification: { tag: "one" } }, { notification: { title: "shown" } });
  await toSleeper(asleep, { collapse_key: "waits" });
  await service.stop();
  service = await startLocalService({ folder, isEphemeral: false });
  expect((await standing(awake)).screen).toMatchObject([{ content: "shown", topic: "one" }]);
  const { status } = await send(service, { token: tokenOf(awake) }, { authorization });
  expect(status).toBe(401);
  authorization = await bearer(service);
  expect((await wakes(asleep)).map(keyOf)).toEqual(["waits"]);
});
