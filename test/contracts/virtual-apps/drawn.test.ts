import { afterEach, beforeEach, expect, test } from "vitest";
import { startVendor, type VendorUnderTest } from "./vendor-under-test.ts";
import { visual } from "./samples.ts";

let vendor: VendorUnderTest;
beforeEach(async () => {
  vendor = await startVendor();
});
afterEach(() => vendor.stop());

test("what the system draws shows as title and body, signed in or not, and is printed", async () => {
  const [one, other] = [await vendor.device(), await vendor.device({ isSignedIn: false })];
  await one.push({ drawn: { title: "Hello", body: "from your own server" } });
  await other.draw("Hello");
  expect(await one.shown()).toEqual(["Hello: from your own server"]);
  expect(await other.shown()).toEqual(["Hello"]);
  expect(vendor.printed[0]).toMatch(/^\d\d:\d\d:\d\d device .* Windows Hello: from your own server$/);
  expect(vendor.printed[1]).toMatch(/Windows Hello$/);
});

test("a toast takes the place of the one with the same tag, whatever their ids, and of the one with the same id, whatever their tags", async () => {
  const device = await vendor.device();
  await device.draw("first", { tag: "a", id: "1" });
  await device.draw("of another tag and id", { tag: "b", id: "2" });
  await device.draw("same tag", { tag: "a", id: "3" });
  expect(await device.shown()).toEqual(["of another tag and id", "same tag"]);
  await device.draw("same id", { tag: "c", id: "2" });
  await device.draw("without either");
  await device.draw("without either");
  expect(await device.shown()).toEqual(["same tag", "same id", "without either", "without either"]);
});

test("one toast that has the tag of one and the id of another takes the place of both", async () => {
  const device = await vendor.device();
  await device.draw("one", { tag: "a", id: "1" });
  await device.draw("two", { tag: "b", id: "2" });
  await device.draw("both", { tag: "a", id: "2" });
  expect(await device.shown()).toEqual(["both"]);
});

test("a toast survives a restart, and is replaced afterwards as before", async () => {
  const device = await vendor.device({ isSignedIn: false });
  await device.draw("one", { tag: "a" });
  await device.draw("two", { tag: "b" });
  await vendor.restart();
  expect(await device.shown()).toEqual(["one", "two"]);
  await device.draw("three", { tag: "a" });
  await vendor.restart();
  expect(await device.shown()).toEqual(["two", "three"]);
});

test("a drawn toast that the app comes to know leaves the screen when its display ends, and it does not ring again for that", async () => {
  const device = await vendor.device();
  const { id, tap } = vendor.feed.put({ ...visual("Hello"), displayTimeToLive: 60 });
  await device.draw("Hello", { tag: "t", id });
  await device.push({ envelope: tap });
  expect(await device.agreed()).toEqual(["Hello"]);
  expect(vendor.printed.filter((line) => line.includes("shows"))).toEqual([]);
  vendor.clock.advance(59_999);
  expect(await device.shown()).toEqual(["Hello"]);
  vendor.clock.advance(1);
  expect(await device.shown()).toEqual([]);
  await device.draw("next", { id: "2" });
  await vendor.restart();
  expect(await device.shown()).toEqual(["next"]);
});

test("a toast that the system is told to take away goes at that time", async () => {
  const device = await vendor.device({ isSignedIn: false });
  await device.push({ drawn: { title: "Hello", expires: vendor.clock.now() + 1_000 } });
  vendor.clock.advance(999);
  expect(await device.shown()).toEqual(["Hello"]);
  vendor.clock.advance(1);
  expect(await device.shown()).toEqual([]);
});

test("a toast without an id is known by its tag: it is not shown twice, and goes when its notification does", async () => {
  const device = await vendor.device();
  const [one, two] = [
    vendor.feed.put({ ...visual("one"), appNotificationId: "1" }),
    vendor.feed.put({ ...visual("two"), appNotificationId: "2" }),
  ];
  await device.draw("one", { tag: "app.contoso.com 1" });
  await device.draw("two", { tag: "app.contoso.com 2" });
  await device.push({ envelope: two.tap });
  expect(await device.agreed()).toEqual(["one", "two"]);
  await device.draw("two once more", { tag: "app.contoso.com 2" });
  vendor.feed.change(two.id, null);
  await device.push({ envelope: vendor.feed.change(one.id, { readState: "read" }).tap });
  expect(await device.agreed()).toEqual([]);
});

test("an app that nobody is signed in to shows the content it is given, until it expires, and on a tap does nothing", async () => {
  const device = await vendor.device({ isSignedIn: false });
  const { content, id } = vendor.feed.put();
  await device.push({ envelope: content });
  await device.push({ envelope: vendor.feed.change(id, { readState: "read" }).tap });
  expect(await device.agreed()).toEqual(["raw"]);
  expect(vendor.feed.asked).toEqual([]);
  vendor.clock.advance(3_600_000);
  expect(await device.shown()).toEqual([]);
});

test("what is no envelope, or comes to nothing, is told as the fault it is", async () => {
  const device = await vendor.device();
  await device.push({ envelope: "nonsense" });
  await device.push({});
  expect(vendor.printed.slice(-2).map((line) => line.split("Windows ")[1])).toEqual([
    "!! the app was run with what is no envelope",
    "!! neither drawn nor for the app",
  ]);
  expect(await device.agreed()).toEqual([]);
});

test("Android's envelope is read, in whose data the notification is a text", async () => {
  const device = await vendor.device();
  const { notification, ...rest } = JSON.parse(vendor.feed.put().content) as Record<string, unknown>;
  await device.push({ envelope: JSON.stringify({ ...rest, notification: JSON.stringify(notification) }) });
  expect(await device.shown()).toEqual(["raw"]);
});
