import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acknowledge, connectBrowser, helloBrowser, subscribeOn, type BrowserClient } from "./browser-client.ts";
import { newServerKeys, push, startLocalService, vapid, type LocalService } from "./local-service.ts";

let service: LocalService;

beforeEach(async () => {
  service = await startLocalService();
});
afterEach(() => service.stop());

const subscribed = async () => {
  const browser = await helloBrowser(service);
  return { browser, page: await subscribeOn(browser, service.keys.publicKey) };
};
const received = () => service.control.received();
const listed = async () => (await service.control.devices())[0];

test("a browser that subscribed is told each push, encrypted as it came, and its verdict is noted with what the sender sent", async () => {
  const { browser, page } = await subscribed();
  expect(await push(service, page, { content: "hello", headers: { urgency: "high" } })).toMatchObject({ status: 201 });
  expect(await received()).toEqual([]);
  const told = await browser.hear("notification");
  expect(told).toMatchObject({ channelID: page.channelID, headers: { encoding: "aes128gcm" } });
  expect(page.open(told)).toBe("hello");
  acknowledge(browser, told, 100);
  const noted = await service.control.waitFor(({ ack }) => ack !== undefined);
  expect(noted).toMatchObject({ device: "firefox-1", ack: 100, status: 201, content: null });
  expect(noted.headers).toMatchObject({ urgency: "high", "content-encoding": "aes128gcm" });
  expect(noted).not.toHaveProperty("reason");
  expect(service.alarms).toEqual([]);
});

test.each([
  [undefined, 100, undefined],
  [101, 101, "the browser cannot decrypt it"],
  [102, 102, expect.stringContaining("the browser did not deliver it")],
  [199, 199, "acknowledged with 199"],
])("the code %s of an acknowledgement is noted as %i; all but 100 are alarmed", async (code, ack, reason) => {
  const { browser, page } = await subscribed();
  await push(service, page);
  acknowledge(browser, await browser.hear("notification"), code);
  const noted = await service.control.waitFor((one) => one.ack !== undefined);
  expect([noted.ack, noted.reason]).toEqual([ack, reason]);
  expect(service.alarms).toHaveLength(reason === undefined ? 0 : 1);
});

test("a push without body comes without data", async () => {
  const { browser, page } = await subscribed();
  await push(service, page, { body: Buffer.alloc(0), headers: { "content-encoding": null } });
  const told = await browser.hear("notification");
  expect(told).not.toHaveProperty("data");
  expect(told).not.toHaveProperty("headers");
});

test("a browser is a device, one for each of its subscriptions, online while it is connected; its keys are its own", async () => {
  const { browser, page } = await subscribed();
  const virtual = await service.control.createDevice({ name: "mine" });
  const other = await connectBrowser(service, "something else");
  other.say({ messageType: "hello" });
  await subscribeOn(other, undefined);
  const devices = await service.control.devices();
  expect(devices.map(({ name, kind, online }) => [name, kind, online])).toEqual([
    ["firefox-1", "browser", true],
    ["mine", "virtual", true],
    ["browser-1", "browser", true],
  ]);
  expect(devices[0]?.channel).toEqual({ endpoint: page.channel.endpoint, expirationTime: null });
  expect(devices[0]?.screen).toEqual([]);
  expect(virtual.channel).toHaveProperty("keys");
  await browser.drop();
  await expect.poll(async () => (await listed())?.online).toBe(false);
  await expect(service.control.setOnline("firefox-1", true)).rejects.toThrow(/409.*online while it is connected/);
});

test("what came while a browser was away goes out at its hello: in order, the last of each topic, nothing expired", async () => {
  const { browser, page } = await subscribed();
  await browser.drop();
  for (const [content, topic, ttl] of [
    ["first", null, "60"],
    ["old", "a", "60"],
    ["short", null, "5"],
    ["dropped", null, "0"],
    ["new", "a", "60"],
  ] as const) {
    expect((await push(service, page, { content, headers: { topic, ttl } })).status).toBe(201);
  }
  service.clock.now += 6_000;
  expect((await listed())?.waiting).toBe(2);
  const back = await helloBrowser(service, { uaid: browser.uaid });
  expect(back.uaid).toBe(browser.uaid);
  const told = await back.notifications();
  expect(told.map(page.open)).toEqual(["first", "new"]);
  expect((await listed())?.waiting).toBe(2);
  for (const one of told) acknowledge(back, one, 100);
  await back.notifications();
  expect((await listed())?.waiting).toBe(0);
});

test("what was not acknowledged when the connection broke is told again, as the same version, until it is", async () => {
  const { browser, page } = await subscribed();
  await push(service, page);
  const first = await browser.hear("notification");
  await browser.drop();
  const second = await helloBrowser(service, { uaid: browser.uaid });
  const again = await second.hear("notification");
  expect(again).toEqual(first);
  acknowledge(second, again, 100);
  acknowledge(second, again, 100);
  expect(await second.notifications()).toEqual([]);
  await second.drop();
  const third = await helloBrowser(service, { uaid: browser.uaid });
  expect(await third.notifications()).toEqual([]);
  expect((await received()).map(({ ack }) => ack)).toEqual([100]);
});

test("of two connections of one browser the newer counts; the older one is told not to come back, and not listened to", async () => {
  const { browser, page } = await subscribed();
  await push(service, page);
  const told = await browser.hear("notification");
  const newer = await helloBrowser(service, { uaid: browser.uaid });
  acknowledge(browser, told, 102);
  expect(await browser.ended).toMatchObject({ code: 4774 });
  acknowledge(newer, await newer.hear("notification"), 100);
  await newer.notifications();
  expect((await received()).map(({ ack }) => ack)).toEqual([100]);
  expect((await listed())?.online).toBe(true);
});

test("a push whose sender withdraws it is not told at the next hello", async () => {
  const { browser, page } = await subscribed();
  await browser.drop();
  const { headers } = await push(service, page);
  await service.agent.request({
    origin: service.url,
    path: new URL(String(headers.location)).pathname,
    method: "DELETE",
  });
  const back = await helloBrowser(service, { uaid: browser.uaid });
  expect(await back.notifications()).toEqual([]);
});

test("a channel registered again with its key has the same endpoint; with another key it is refused", async () => {
  const { browser, page } = await subscribed();
  const register = (channelID: string, key?: string) => {
    browser.say({ messageType: "register", channelID, key });
    return browser.hear("register");
  };
  expect(await register(page.channelID, service.keys.publicKey)).toEqual({
    messageType: "register",
    channelID: page.channelID,
    status: 200,
    pushEndpoint: page.channel.endpoint,
  });
  expect(await register(page.channelID, newServerKeys().publicKey)).toMatchObject({ status: 409, pushEndpoint: "" });
  expect(await register(page.channelID)).toMatchObject({ status: 409 });
  expect(await register(randomUUID(), "no key")).toMatchObject({ status: 400, error: expect.stringMatching(/^key/) });
  expect(await service.control.devices()).toHaveLength(1);
});

test("a subscription takes pushes of the application server it is bound to, one without a key anybody's", async () => {
  const { browser, page } = await subscribed();
  const stranger = { authorization: await vapid(service, {}, newServerKeys()) };
  expect((await push(service, page, { headers: stranger })).status).toBe(403);
  const open = await subscribeOn(browser, undefined);
  expect((await push(service, open, { headers: stranger })).status).toBe(201);
});

test("after it unsubscribed senders are told that it is gone; what waited is forgotten, and a later subscription is another", async () => {
  const { browser, page } = await subscribed();
  await push(service, page);
  const told = await browser.hear("notification");
  const unregister = async (): Promise<unknown> => {
    browser.say({ messageType: "unregister", channelID: page.channelID, code: 200 });
    return browser.hear("unregister");
  };
  expect(await unregister()).toEqual({ messageType: "unregister", channelID: page.channelID, status: 200 });
  expect(await unregister()).toMatchObject({ status: 200 });
  acknowledge(browser, told, 100);
  expect((await push(service, page)).status).toBe(410);
  expect(await service.control.devices()).toEqual([]);
  expect((await received()).map(({ status }) => status)).toEqual([410]);
  const next = await subscribeOn(browser, service.keys.publicKey);
  expect(next.channel.endpoint).not.toBe(page.channel.endpoint);
  expect((await listed())?.name).toBe("firefox-2");
});

test("a browser whose last subscription was removed by hand is somebody new at its next hello, and so forgets it", async () => {
  const { browser, page } = await subscribed();
  await service.control.removeDevice("firefox-1");
  expect((await push(service, page)).status).toBe(410);
  await browser.drop();
  expect((await helloBrowser(service, { uaid: browser.uaid })).uaid).not.toBe(browser.uaid);
});

test("a fault that was asked for meets a browser's push, too", async () => {
  const { page } = await subscribed();
  await service.control.addFault({ device: "firefox-1", status: 503, count: 1 });
  expect((await push(service, page)).status).toBe(503);
  expect((await push(service, page)).status).toBe(201);
});

test("a service worker's failure, told after the acknowledgement, is alarmed by the device's name", async () => {
  const { browser, page } = await subscribed();
  await push(service, page);
  const told = await browser.hear("notification");
  acknowledge(browser, told, 100);
  browser.say({ messageType: "nack", version: told.version, code: 301 });
  await browser.notifications();
  expect(service.alarms).toEqual([expect.stringMatching(/firefox-1 WebPush !! the service worker threw at a push$/)]);
});

test("a ping is answered by a ping, and broadcasts, of which there are none, by none", async () => {
  const { browser } = await subscribed();
  browser.say({ messageType: "broadcast_subscribe", broadcasts: { "remote-settings/monitor_changes": "v1" } });
  expect(await browser.hear("broadcast")).toEqual({ messageType: "broadcast", broadcasts: {} });
  browser.say("{}");
  expect(await browser.hear("pong")).toEqual({});
});

const isOver = async (browser: BrowserClient): Promise<readonly [number, string]> => {
  const { code, reason } = await browser.ended;
  return [code, reason];
};

test.each([
  ["a register before the hello", { messageType: "register", channelID: randomUUID() }, 1008, /must be a hello/],
  ["a ping before the hello", "{}", 1008, /must be a hello/],
  ["rubbish", "}{", 1008, /not JSON/],
  ["JSON that is no message", "[]", 1008, /./],
  ["an unknown messageType", { messageType: "goodbye" }, 1008, /messageType/],
  ["a hello with a uaid that is no text", { messageType: "hello", uaid: {} }, 1008, /uaid/],
  ["a binary frame", Buffer.from("{}"), 1003, /text/],
  ["a frame beyond 64 KiB", `{"messageType":"hello","uaid":"${"x".repeat(70_000)}"}`, 1009, /^$/],
])("%s ends the connection with a code that says so, and nothing else", async (_case, said, code, reason) => {
  const { browser: neighbour, page } = await subscribed();
  const browser = await connectBrowser(service);
  browser.say(said);
  expect(await isOver(browser)).toEqual([code, expect.stringMatching(reason)]);
  await push(service, page);
  await neighbour.hear("notification");
});

test.each([
  ["a second hello", { messageType: "hello" }, /hello already/],
  ["a channelID that is no UUID", { messageType: "register", channelID: "1" }, /channelID: must be a UUID/],
  ["an ack of nothing", { messageType: "ack" }, /updates/],
  [
    "many faults, of which as many are told as a close has room for",
    { messageType: "ack", updates: Array.from({ length: 50 }, () => ({})) },
    /^updates.{100,}/,
  ],
])("after the hello, %s ends the connection", async (_case, said, reason) => {
  const browser = await helloBrowser(service);
  browser.say(said);
  expect(await isOver(browser)).toEqual([1008, expect.stringMatching(reason)]);
});

test("nothing is heard any more of who broke the protocol", async () => {
  const browser = await connectBrowser(service);
  browser.say("}{");
  browser.say({ messageType: "hello" });
  browser.say({ messageType: "register", channelID: randomUUID() });
  expect(await isOver(browser)).toEqual([1008, "That is not JSON."]);
  expect(await service.control.devices()).toEqual([]);
});

test("acknowledgements of what was never told, or by another channel, change nothing", async () => {
  const { browser, page } = await subscribed();
  await push(service, page);
  const told = await browser.hear("notification");
  acknowledge(browser, { ...told, channelID: randomUUID() }, 100);
  acknowledge(browser, { ...told, version: "other" }, 100);
  await browser.notifications();
  expect(await received()).toEqual([]);
  expect((await listed())?.waiting).toBe(1);
});
