import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { acknowledge, helloBrowser, subscribeOn } from "./browser-client.ts";
import { newServerKeys, push, startLocalService, type LocalService } from "./local-service.ts";

const started = async (options?: Parameters<typeof startLocalService>[0]): Promise<LocalService> => {
  const service = await startLocalService(options);
  onTestFinished(() => service.stop());
  return service;
};

/** Asks for a WebSocket by hand; resolves to what refuses it. */
const knock = (service: LocalService, path: string, headers: Record<string, string>): Promise<[number, string]> =>
  new Promise((resolve, reject) => {
    const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
    const key = { "sec-websocket-key": Buffer.alloc(16).toString("base64") };
    const knocking = httpRequest(service.controlUrl + path, { headers: { ...upgrade, ...key, ...headers } });
    knocking.on("response", (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
      response.on("end", () => resolve([response.statusCode ?? 0, text]));
    });
    knocking.on("upgrade", (_response, socket) => {
      socket.destroy();
      resolve([101, ""]);
    });
    knocking.on("error", reject);
    knocking.end();
  });

const protocol = { "sec-websocket-protocol": "push-notification" };

test.each([
  ["a program, which names no origin", "/_browsers", protocol, 101],
  ["a browser with several subprotocols", "/_browsers", { "sec-websocket-protocol": "x, push-notification" }, 101],
  ["a page of elsewhere", "/_browsers", { ...protocol, origin: "https://contoso.com" }, 403],
  ["an opaque origin", "/_browsers", { ...protocol, origin: "null" }, 403],
  ["a name rebound to this address", "/_browsers", { ...protocol, host: "rebound.contoso.com:7083" }, 403],
  ["another path", "/", protocol, 404],
  ["another subprotocol", "/_browsers", { "sec-websocket-protocol": "chat" }, 400],
  ["no subprotocol", "/_browsers", {}, 400],
] as const)("%s at the door (%s): %j is answered %i", async (_case, path, headers, status) => {
  const service = await started();
  const [answered, text] = await knock(service, path, headers);
  expect(answered).toBe(status);
  if (status !== 101) expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/\.$/) });
});

test("who asks without a WebSocket is told what it is for", async () => {
  const service = await started();
  const response = await fetch(`${service.controlUrl}/_browsers`);
  expect([response.status, await response.json()]).toEqual([
    426,
    { error: expect.stringMatching(/dom.push.serverURL/) },
  ]);
});

test("after a restart browsers, their subscriptions and what waits for them are there again, and they are offline until they say hello", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-webpush-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const options = { folder, isEphemeral: false, keys: newServerKeys() };
  const before = await startLocalService(options);
  const browser = await helloBrowser(before);
  const page = await subscribeOn(browser, before.keys.publicKey);
  const gone = await subscribeOn(browser, before.keys.publicKey);
  browser.say({ messageType: "unregister", channelID: gone.channelID });
  await browser.hear("unregister");
  await push(before, page, { content: "never acknowledged" });
  const told = await browser.hear("notification");
  await before.stop();
  expect(await browser.ended).toMatchObject({ code: 1001 });

  const after = await started({ ...options, port: Number(new URL(before.url).port) });
  expect(await after.control.devices()).toMatchObject([
    { name: "firefox-1", kind: "browser", online: false, waiting: 1 },
  ]);
  const back = await helloBrowser(after, { uaid: browser.uaid });
  expect(back.uaid).toBe(browser.uaid);
  expect(await back.hear("notification")).toEqual(told);
  acknowledge(back, told, 100);
  expect((await push(after, page)).status).toBe(201);
  await back.hear("notification");
  expect((await push(after, gone)).status).toBe(410);
});

test("an ephemeral service knows no browser any more: it is given another uaid, upon which it forgets its subscriptions", async () => {
  const before = await startLocalService();
  const browser = await helloBrowser(before);
  await subscribeOn(browser, before.keys.publicKey);
  await before.stop();
  const after = await started();
  expect((await helloBrowser(after, { uaid: browser.uaid })).uaid).toMatch(/^(?!.*\s)[\da-f]{32}$/);
  expect((await helloBrowser(after, { uaid: browser.uaid })).uaid).not.toBe(browser.uaid);
});

test("a browser's silence is noted once, without a verdict; when it speaks at last, that is noted, too", async () => {
  const service = await started({ ackWithinMs: 20 });
  const browser = await helloBrowser(service);
  const page = await subscribeOn(browser, service.keys.publicKey);
  await push(service, page);
  const silent = await service.control.waitFor(({ device }) => device === "firefox-1");
  expect(silent).toMatchObject({ status: 201, content: null, reason: "not acknowledged within 0.02 s" });
  expect(silent).not.toHaveProperty("ack");
  expect(service.alarms).toHaveLength(1);
  acknowledge(browser, await browser.hear("notification"), 100);
  await service.control.waitFor(({ ack }) => ack === 100);
  expect(await service.control.received()).toHaveLength(2);
});
