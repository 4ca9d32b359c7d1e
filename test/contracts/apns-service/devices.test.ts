import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import {
  alert,
  asBackground,
  background,
  pusher,
  startLocalApns,
  type Answer,
  type LocalApns,
  type Sending,
} from "./local-apns.ts";

let apns: LocalApns;
let phone: NewDevice;
let pushTo: (device: NewDevice, sending?: Sending) => Promise<Answer>;

beforeAll(async () => {
  apns = await startLocalApns();
  pushTo = pusher(apns.connect(), await apns.providerToken());
});
afterAll(() => apns.stop());
beforeEach(async () => {
  await apns.control.clearReceived();
  phone = await apns.control.createDevice();
});

const push = async (body: object, headers: Sending["headers"] = {}): Promise<void> => {
  expect(await pushTo(phone, { body, headers })).toMatchObject({ status: 200 });
};
const collapsing = (id: string): Sending["headers"] => ({ "apns-collapse-id": id });
const expiringIn = (seconds: number): Sending["headers"] => ({
  "apns-expiration": String(Math.floor(apns.clock.now / 1000) + seconds),
});
const now = async () => (await apns.control.devices()).find(({ deviceId }) => deviceId === phone.deviceId)!;
const screen = async (): Promise<string[]> => (await now()).screen.map(({ content }) => content);
const reached = async (): Promise<(string | null)[]> =>
  (await apns.control.received()).map(({ content }) => content).filter((content) => content !== null);
const offline = () => apns.control.setOnline(phone.deviceId, false);
const online = () => apns.control.setOnline(phone.deviceId, true);
const message = { changeType: "afsChangeNotification", newETag: "2", baseETag: "1" };

test("an alert is shown, and printed as a person would see it", async () => {
  await push({ aps: { alert: { title: "Hello", body: "World" }, sound: "default" } });
  expect(await screen()).toEqual(["Hello: World"]);
  expect(apns.printed.at(-1)).toMatch(/^[\d:]+ ios-\d+ iOS Hello: World$/);
});

test("an alert may be a text alone", async () => {
  await push({ aps: { alert: "Hello" } });
  expect(await screen()).toEqual(["Hello"]);
});

test("an alert takes the place of the one with its collapse id, or of the same notification", async () => {
  await push(alert("one"), collapsing("a"));
  await push(alert("two"), collapsing("b"));
  await push(alert("three"), collapsing("a"));
  await push(alert("four"));
  await push(alert("four"));
  expect(await screen()).toEqual(["two", "three", "four", "four"]);
});

test("an alert names its notification to the device", async () => {
  await push(alert("one", { ...message, notificationId: "n1" }), collapsing("a"));
  expect((await now()).screen).toMatchObject([{ id: "n1", topic: "a", content: "one" }]);
});

test("a background push shows nothing and hands its message to the app", async () => {
  await push(background(message), asBackground);
  expect(await screen()).toEqual([]);
  expect(await reached()).toEqual([JSON.stringify(background(message))]);
  expect(apns.printed.at(-1)).toMatch(/\(a tap: time to read the feed\)$/);
});

test("of the pushes for a device that is offline the latest waits, whatever its collapse id", async () => {
  await offline();
  await push(alert("one"), collapsing("a"));
  await push(alert("two"), collapsing("b"));
  await push(background(message), asBackground);
  await push(alert("three"), collapsing("c"));
  expect(await reached()).toEqual([]);
  expect((await now()).waiting).toBe(1);
  await online();
  expect(await screen()).toEqual(["three"]);
  expect((await now()).screen).toMatchObject([{ topic: "c" }]);
  expect(await reached()).toHaveLength(1);
  expect((await now()).waiting).toBe(0);
});

test("a push waits until it expires, and no longer", async () => {
  await offline();
  await push(alert("waits"), expiringIn(60));
  apns.clock.now += 58_000;
  await online();
  expect(await screen()).toEqual(["waits"]);
  await offline();
  await push(alert("expires"), expiringIn(60));
  apns.clock.now += 61_000;
  expect((await now()).waiting).toBe(0);
  await online();
  expect(await screen()).toEqual(["waits"]);
});

test("without expiration a push waits for 30 days, and with a later one no longer", async () => {
  const dayMs = 24 * 60 * 60 * 1000;
  await offline();
  await push(alert("later"), expiringIn(60 * 86_400));
  apns.clock.now += 30 * dayMs;
  expect((await now()).waiting).toBe(0);
  pushTo = pusher(apns.connect(), await apns.providerToken());
  await push(alert("without"));
  apns.clock.now += 29.9 * dayMs;
  await online();
  expect(await screen()).toEqual(["without"]);
  pushTo = pusher(apns.connect(), await apns.providerToken());
});

test("with expiration 0 a push is delivered at once or never, and leaves alone what waits", async () => {
  await push(alert("at once"), { "apns-expiration": "0" });
  expect(await screen()).toEqual(["at once"]);
  await offline();
  await push(alert("waits"));
  await push(alert("never"), { "apns-expiration": "0" });
  await online();
  expect(await screen()).toEqual(["at once", "waits"]);
  const noted = await apns.control.received();
  expect(noted.map(({ status, content }) => [status, content !== null])).toEqual([
    [200, true],
    [200, false],
    [200, true],
  ]);
  expect(noted[1]).toMatchObject({ reason: "the device is offline, and apns-expiration 0 keeps nothing" });
});

test("a push that has expired is taken and dropped, though the device is online", async () => {
  await push(alert("late"), expiringIn(-1));
  expect(await screen()).toEqual([]);
  expect(await apns.control.received()).toMatchObject([{ content: null, reason: "it had expired before it came" }]);
});

test("a push to a device that is offline is refused for the same faults as any other", async () => {
  await offline();
  expect(await pushTo(phone, { headers: { "apns-topic": null } })).toMatchObject({ status: 400 });
  expect((await now()).waiting).toBe(0);
});
