import { stat } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { visual } from "./samples.ts";
import { startVendor, type VendorUnderTest } from "./vendor-under-test.ts";

let vendor: VendorUnderTest;
beforeEach(async () => {
  vendor = await startVendor("iOS");
});
afterEach(() => vendor.stop());

test.each([
  ["read", { readState: "read" }, []],
  ["dismiss", { userActionState: "dismissed" }, []],
  ["activate", { userActionState: "activated" }, ["Hello"]],
] as const)("%s changes the feed in the device's name, and its own screen", async (action, changed, shown) => {
  const device = await vendor.device();
  const { id } = vendor.feed.put(visual("Hello"));
  await device.draw("Hello", { id, tag: "t" });
  await vendor.control.act(device.name, { notificationId: id, action });
  expect(vendor.feed.entity(id)).toMatchObject(changed);
  expect(await device.shown()).toEqual(shown);
  expect(vendor.feed.asked.at(-1)).toEqual({ method: "PATCH", path: `/${id}`, unsid: `unsid of ${device.name}` });
});

test("delete takes it from the feed and from the screen, by the app's own name for it too", async () => {
  const device = await vendor.device();
  const { id, tap } = vendor.feed.put({ ...visual("Hello"), appNotificationId: "hello" });
  await device.push({ envelope: tap });
  expect(await device.agreed()).toEqual(["Hello"]);
  await vendor.control.act(device.name, { appNotificationId: "hello", action: "delete" });
  expect(vendor.feed.entity(id)).toMatchObject({ status: "deleted" });
  expect(await device.shown()).toEqual([]);
});

test("what the system drew while the app slept is found by the app's own name once somebody opens it", async () => {
  const device = await vendor.device();
  vendor.feed.pageSize = 1;
  const { id } = vendor.feed.put({ ...visual("Hello"), appNotificationId: "hello" });
  await device.draw("Hello", { id, tag: "t" });
  vendor.feed.put(visual("another"));
  await vendor.control.act(device.name, { appNotificationId: "hello", action: "dismiss" });
  expect(vendor.feed.entity(id)).toMatchObject({ userActionState: "dismissed" });
  expect(await device.agreed()).toEqual(["another"]);
});

test("a refused action changes nothing and says why; what the feed does not know leaves the screen", async () => {
  const device = await vendor.device();
  const { id } = vendor.feed.put(visual("Hello"));
  await device.draw("Hello", { id });
  vendor.feed.answerNext({ status: 406 });
  await expect(vendor.control.act(device.name, { notificationId: id, action: "read" })).rejects.toThrow(
    /502 .*The feed answered 406/,
  );
  expect(await device.shown()).toEqual(["Hello"]);
  vendor.feed.change(id, null);
  await expect(vendor.control.act(device.name, { notificationId: id, action: "read" })).rejects.toThrow(
    /404 .*does not know it any more/,
  );
  expect(await device.shown()).toEqual([]);
});

test("nobody acts where nobody is signed in, offline, on what the app does not know, or in other ways", async () => {
  const [device, stranger] = [await vendor.device(), await vendor.device({ isSignedIn: false })];
  const act = (name: string, body: unknown) => vendor.control.act(name, body as never);
  await expect(act(stranger.name, { notificationId: "1", action: "read" })).rejects.toThrow(
    /409 .*Nobody is signed in/,
  );
  await expect(act(device.name, { appNotificationId: "1", action: "read" })).rejects.toThrow(/404 .*knows no .*1/);
  await expect(act("nobody's", { notificationId: "1", action: "read" })).rejects.toThrow(/404 .*no device/);
  await expect(act(device.name, { notificationId: "1", action: "eat" })).rejects.toThrow(/400 .*action/);
  await expect(act(device.name, { action: "read" })).rejects.toThrow(/400 .*one of notificationId and appNotif/);
  await vendor.control.setOnline(device.name, false);
  await expect(act(device.name, { notificationId: "1", action: "read" })).rejects.toThrow(/409 .*offline/);
});

test("who signs in sees what is unread; the account and what the app knows survive a restart, readable by their owner alone", async () => {
  vendor.feed.put({ ...visual("older than the app"), appNotificationId: "older" });
  const device = await vendor.device({ isSignedIn: false });
  expect(await vendor.control.devices()).toMatchObject([
    { app: { isSignedIn: false, user: null, mark: null, isUpToDate: true } },
  ]);
  await device.signIn();
  expect(await device.agreed()).toEqual(["older than the app"]);
  await vendor.restart();
  expect(await vendor.control.devices()).toMatchObject([{ app: { isSignedIn: true, mark: vendor.feed.mark() } }]);
  expect((await stat(vendor.folder)).mode & 0o777).toBe(0o700);
  const asked = vendor.feed.asked.length;
  await device.push({ envelope: vendor.feed.put().content });
  expect(await device.shown()).toEqual(["older than the app", "raw"]);
  expect(vendor.feed.asked).toHaveLength(asked);
  await vendor.control.act(device.name, { appNotificationId: "older", action: "read" });
  expect(await device.shown()).toEqual(["raw"]);
});

test("signing in again goes on where the app was; somebody else starts with an empty screen and from the beginning", async () => {
  const device = await vendor.device();
  await device.draw("Ada's", { tag: "t" });
  vendor.feed.pageSize = 1;
  for (const title of ["one", "two"]) vendor.feed.put(visual(title));
  await device.signIn();
  expect((await device.agreed()).toSorted()).toEqual(["Ada's", "one", "two"]);
  const asked = vendor.feed.asked.length;
  await device.signIn();
  await device.isUpToDate();
  expect(vendor.feed.asked).toHaveLength(asked + 1);
  await device.signIn({ username: "grace@contoso.com" });
  expect(await device.agreed()).toEqual(["one", "two"]);
  expect(vendor.feed.asked).toHaveLength(asked + 3);
});

test("of an app that is gone nothing is kept, its user's password least of all", async () => {
  const device = await vendor.device();
  await device.push({ envelope: vendor.feed.put().content });
  expect(vendor.remembered(device.deviceId)).toBe(2);
  await vendor.control.removeDevice(device.name);
  await vendor.restart();
  expect(vendor.remembered(device.deviceId)).toBe(0);
});

test("an account that lacks something is refused by the name of what it lacks", async () => {
  const device = await vendor.device({ isSignedIn: false });
  await expect(vendor.control.setAccount(device.name, { httpUrl: "ftp://x" } as never)).rejects.toThrow(
    /400 .*httpUrl.*tokenUrl.*unsid/,
  );
});

test("what hangs keeps nobody from ending", async () => {
  const device = await vendor.device();
  const release = vendor.feed.hold();
  await device.push({ envelope: vendor.feed.put().tap });
  await until(() => vendor.feed.asked.length === 2, { what: "the app asks" });
  const begun = performance.now();
  await vendor.restart();
  expect(performance.now() - begun).toBeLessThan(1_000);
  // Whoever still waited would write into the store of a process that is over.
  release();
  expect(await device.agreed()).toEqual(["raw"]);
});
