import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { visual } from "./samples.ts";
import { startVendor, type DeviceUnderTest, type VendorUnderTest } from "./vendor-under-test.ts";

let vendor: VendorUnderTest;
let device: DeviceUnderTest;
beforeEach(async () => {
  vendor = await startVendor();
  device = await vendor.device();
  vendor.feed.asked.length = 0;
});
afterEach(() => vendor.stop());

const raw = (rawContent: string) => ({ payload: { rawContent } });
const tapOf = (envelope: string) => device.push({ envelope });

test("content that is the next after what the app knows is applied without a question; any other makes it read the feed", async () => {
  await tapOf(vendor.feed.put(raw("one")).content);
  await tapOf(vendor.feed.put(raw("two")).content);
  expect(await device.shown()).toEqual(["one", "two"]);
  expect(await device.mark()).toBe(vendor.feed.mark());
  expect(vendor.feed.asked).toEqual([]);

  vendor.feed.put(raw("three, whose push got lost"));
  await tapOf(vendor.feed.put(raw("four")).content);
  expect(await device.agreed()).toEqual(["one", "two", "three, whose push got lost", "four"]);
  expect(vendor.feed.asked).toEqual([{ method: "GET", path: "/delta", unsid: `unsid of ${device.name}` }]);
  expect(await device.mark()).toBe(vendor.feed.mark());
});

test("a tap makes the app read only what changed since", async () => {
  vendor.feed.put(raw("one"));
  await tapOf(vendor.feed.put(raw("two")).tap);
  await device.isUpToDate();
  vendor.feed.pageSize = 1;
  vendor.feed.asked.length = 0;
  await tapOf(vendor.feed.put(raw("three")).tap);
  expect(await device.agreed()).toEqual(["one", "two", "three"]);
  expect(vendor.feed.asked).toHaveLength(1);
});

test("shown is what is unread, not dismissed, not deleted, not over and for this platform; visual content as title and body", async () => {
  const inAMinute = new Date(vendor.clock.now() + 60_000).toISOString();
  vendor.feed.put(visual("title", "body"));
  vendor.feed.put({ ...raw("activated"), userActionState: "activated" });
  vendor.feed.put({ ...raw("ends in a minute"), expirationDateTime: inAMinute });
  vendor.feed.put({ ...visual("its display is over"), displayTimeToLive: 0 });
  vendor.feed.put({ ...raw("read"), readState: "read" });
  vendor.feed.put({ ...raw("dismissed"), userActionState: "dismissed" });
  vendor.feed.put({ ...raw("for phones"), targetPolicy: { platformTypes: ["iOS", "Android"] } });
  const { id } = vendor.feed.put(raw("deleted"));
  await tapOf(vendor.feed.change(id, null).tap);
  expect(await device.agreed()).toEqual(["title: body", "activated", "ends in a minute"]);
  expect(vendor.printed.filter((line) => line.includes("shows"))).toHaveLength(3);
  vendor.clock.advance(60_000);
  expect(await device.shown()).toEqual(["title: body", "activated"]);
});

test.each([
  ["read", { readState: "read" }],
  ["dismissed", { userActionState: "dismissed" }],
  ["deleted", null],
])(
  "what is %s on another device leaves the screen, drawn by the system or shown by the app, and that is told",
  async (_name, change) => {
    const [drawn, applied] = [vendor.feed.put(visual("drawn")), vendor.feed.put(raw("applied"))];
    await device.draw("drawn", { id: drawn.id, tag: "t" });
    await tapOf(applied.tap);
    expect(await device.agreed()).toEqual(["drawn", "applied"]);
    vendor.feed.change(drawn.id, change);
    await tapOf(vendor.feed.change(applied.id, change).tap);
    expect(await device.agreed()).toEqual([]);
    expect(vendor.printed.slice(-2).map((line) => line.split("Windows ")[1])).toEqual(["hides drawn", "hides applied"]);
  },
);

test("what is unread again is shown again, what was replaced is shown as it is now, once", async () => {
  const { id } = vendor.feed.put({ ...raw("older"), appNotificationId: "a" });
  await tapOf(vendor.feed.change(id, { readState: "read" }).tap);
  expect(await device.agreed()).toEqual([]);
  await tapOf(vendor.feed.change(id, { readState: "unread" }).tap);
  expect(await device.agreed()).toEqual(["older"]);
  await tapOf(vendor.feed.put({ ...raw("newer"), appNotificationId: "a" }).tap);
  expect(await device.agreed()).toEqual(["newer"]);
});

test("an older drawing that comes late is put right by the next tap", async () => {
  const { id } = vendor.feed.put({ ...visual("older"), appNotificationId: "a" });
  await tapOf(vendor.feed.put({ ...visual("newer"), appNotificationId: "a" }).tap);
  const gone = vendor.feed.put(visual("read"));
  await tapOf(vendor.feed.change(gone.id, { readState: "read" }).tap);
  await device.isUpToDate();
  await device.draw("older", { id });
  await device.draw("read", { id: gone.id });
  await tapOf(vendor.feed.put(raw("something else")).tap);
  expect(await device.agreed()).toEqual(["newer", "something else"]);
});

test("what the system draws while the app reads is left alone: it may be newer than what the app is told", async () => {
  const { id, tap } = vendor.feed.put({ ...visual("older"), appNotificationId: "a" });
  const gone = vendor.feed.put({ ...visual("seen to"), appNotificationId: "b", readState: "read" });
  vendor.feed.pageSize = 1;
  const release = vendor.feed.hold();
  await tapOf(tap);
  await until(() => vendor.feed.asked.length === 1, { what: "the app asks" });
  await device.draw("newer", { id, tag: "a" });
  await device.draw("new again", { id: gone.id, tag: "b" });
  release();
  expect(await device.agreed()).toEqual(["newer", "new again"]);
});

test("a pass goes through all its pages", async () => {
  vendor.feed.pageSize = 2;
  for (const name of ["1", "2", "3", "4"]) vendor.feed.put(raw(name));
  await tapOf(vendor.feed.put(raw("5")).tap);
  expect(await device.agreed()).toEqual(["1", "2", "3", "4", "5"]);
  expect(vendor.feed.asked).toHaveLength(3);
  expect(await device.mark()).toBe(vendor.feed.mark());
});

test("one device reads once at a time: any number of taps meanwhile make one reading more", async () => {
  const release = vendor.feed.hold();
  await tapOf(vendor.feed.put(raw("one")).tap);
  await until(() => vendor.feed.asked.length === 1, { what: "the app asks" });
  for (const name of ["two", "three", "four"]) await tapOf(vendor.feed.put(raw(name)).tap);
  expect(vendor.feed.asked).toHaveLength(1);
  release();
  expect(await device.agreed()).toEqual(["one", "two", "three", "four"]);
  expect(vendor.feed.asked).toHaveLength(2);
});

test.each([410, 400])(
  "a link that is answered %d is forgotten: the app starts over, and what the feed does not know leaves the screen",
  async (status) => {
    await tapOf(vendor.feed.put(raw("of the old feed")).content);
    vendor.feed.startAnew();
    if (status === 400) vendor.feed.answerNext({ status });
    await tapOf(vendor.feed.put(raw("of the new feed")).tap);
    expect(await device.agreed()).toEqual(["of the new feed"]);
    expect(await device.mark()).toBe(vendor.feed.mark());
    expect(vendor.feed.asked).toHaveLength(2);
  },
);

test("a token that is refused is renewed once, and shared until then", async () => {
  const before = vendor.feed.tokens();
  vendor.feed.refuseTokens();
  await tapOf(vendor.feed.put(raw("one")).tap);
  await device.isUpToDate();
  await tapOf(vendor.feed.put(raw("two")).tap);
  expect(await device.agreed()).toEqual(["one", "two"]);
  expect(vendor.feed.tokens()).toBe(before + 1);

  vendor.feed.answerNext({ status: 401 }, { status: 401 });
  await tapOf(vendor.feed.put(raw("three")).tap);
  await until(() => vendor.clock.sleeping().length === 1, { what: "the app waits for its next try" });
  expect(vendor.feed.asked).toHaveLength(5);
});

test("a token is renewed before it ends", async () => {
  const before = vendor.feed.tokens();
  vendor.clock.advance(3_600_000 - 60_000);
  await tapOf(vendor.feed.put(raw("one")).tap);
  await device.isUpToDate();
  expect(vendor.feed.tokens()).toBe(before + 1);
});

test("throttled, it waits as long as it is told, whatever comes in meanwhile, and no longer", async () => {
  vendor.feed.answerNext({ status: 406, headers: { "retry-after": "30" } });
  await tapOf(vendor.feed.put(raw("one")).tap);
  await until(() => vendor.clock.sleeping().length === 1, { what: "the app waits" });
  expect(vendor.clock.sleeping()).toEqual([30_000]);
  await tapOf(vendor.feed.put(raw("two")).tap);
  vendor.clock.advance(29_999);
  expect(vendor.feed.asked).toHaveLength(1);
  vendor.clock.advance(1);
  expect(await device.agreed()).toEqual(["one", "two"]);
  expect(vendor.feed.asked).toHaveLength(2);
});

test("failures are tried again, later each time up to a cap, told once; a tap tries at once", async () => {
  vendor.feed.answerNext(...Array.from({ length: 8 }, () => ({ status: 503 })));
  await tapOf(vendor.feed.put(raw("one")).tap);
  const waits: number[] = [];
  for (let failures = 1; failures <= 7; failures += 1) {
    await until(() => vendor.feed.asked.length === failures && vendor.clock.sleeping().length === 1, {
      what: "a wait",
    });
    const [wait = 0] = vendor.clock.sleeping();
    waits.push(wait);
    vendor.clock.advance(wait);
  }
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  await until(() => vendor.feed.asked.length === 8 && vendor.clock.sleeping().length === 1, { what: "a wait" });
  await tapOf(vendor.feed.put(raw("two")).tap);
  expect(await device.agreed()).toEqual(["one", "two"]);
  const complaints = vendor.printed.filter((line) => line.includes("!!")).map((line) => line.split("Windows ")[1]);
  expect(complaints).toEqual(["!! cannot read its feed, and goes on trying: the feed answered 503"]);
});

test("a service that is away is tried again", async () => {
  const { name } = device;
  await vendor.control.setAccount(name, { ...accountNowhere(), unsid: "unsid" });
  await until(() => vendor.clock.sleeping().length === 1, { what: "the app waits for its next try" });
  vendor.feed.put(raw("one"));
  await device.signIn();
  expect(await device.agreed()).toEqual(["one"]);
});

const accountNowhere = () => ({
  httpUrl: "http://127.0.0.1:1",
  tokenUrl: "http://127.0.0.1:1/token",
  clientId: "app",
  clientSecret: "secret",
  username: "ada@contoso.com",
  password: "password",
  targetHostName: "app.contoso.com",
});

test("what was to be read when the process died is read when it comes again", async () => {
  vendor.feed.answerNext({ status: 503 });
  await tapOf(vendor.feed.put(raw("one")).tap);
  await until(() => vendor.clock.sleeping().length === 1, { what: "the app waits" });
  await vendor.restart();
  expect(await device.agreed()).toEqual(["one"]);
});

test("after a restart it goes on in the middle of a pass, and what was drawn before that pass and is gone goes", async () => {
  vendor.feed.pageSize = 1;
  await device.draw("unknown to the feed", { id: "gone" });
  vendor.feed.put(raw("one"));
  const { tap } = vendor.feed.put(raw("two"));
  const release = vendor.feed.hold();
  await tapOf(tap);
  await until(() => vendor.feed.asked.length === 1, { what: "the app asks" });
  vendor.feed.answerNext({ status: 503 });
  release();
  await until(() => vendor.clock.sleeping().length === 1, { what: "the app waits" });
  const asked = vendor.feed.asked.length;
  await vendor.restart();
  await device.draw("drawn since", { id: "new" });
  expect((await device.agreed()).toSorted()).toEqual(["drawn since", "one", "two"].toSorted());
  expect(asked).toBe(2);
  expect(vendor.feed.asked).toHaveLength(3);
});

test("an offline device reads nothing until it is online again; a removed one never", async () => {
  const release = vendor.feed.hold();
  await tapOf(vendor.feed.put(raw("one")).tap);
  await until(() => vendor.feed.asked.length === 1, { what: "the app asks" });
  await tapOf(vendor.feed.put(raw("two")).tap);
  await vendor.control.setOnline(device.name, false);
  release();
  await until(async () => (await device.shown()).length > 0, { what: "what was asked for is shown" });
  expect(vendor.feed.asked).toHaveLength(1);
  await vendor.control.setOnline(device.name, true);
  await device.isUpToDate();
  expect(vendor.feed.asked).toHaveLength(2);

  vendor.feed.answerNext({ status: 503 });
  await tapOf(vendor.feed.put(raw("three")).tap);
  await until(() => vendor.clock.sleeping().length === 1, { what: "the app waits" });
  await vendor.control.removeDevice(device.name);
  vendor.clock.advance(60_000);
  await vendor.restart();
  expect(vendor.feed.asked).toHaveLength(3);
});
