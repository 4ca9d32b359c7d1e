import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { afterEach, beforeEach, expect, test } from "vitest";
import webPush from "web-push";
import { pushControl, type NewDevice } from "../../../infra/local/push/control-client.ts";
import { startProgram, type Program } from "../../support/program.ts";

const keys = webPush.generateVAPIDKeys();
let dataDir: string;
let running: Program[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "fanfare-webpush-"));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((program) => program.kill()));
  await rm(dataDir, { recursive: true });
});

const start = async (env: Record<string, string> = {}) => {
  const settings = { FANFARE_DATA_DIR: dataDir, VAPID_PUBLIC_KEY: keys.publicKey, FANFARE_WEBPUSH_PORT: "0" };
  const program = await startProgram({
    name: "webpush",
    env: { ...settings, FANFARE_WEBPUSH_CONTROL_PORT: "0", ...env },
  });
  running.push(program);
  const [, url = "", controlUrl = ""] =
    /^Web Push service ready on (https:\S+) \(control (http:\S+)\)$/.exec(program.ready) ?? [];
  return { program, url, control: pushControl(controlUrl), port: new URL(url).port };
};

const pushTo = async (device: NewDevice, content: string, topic: string): Promise<number> => {
  const details = webPush.generateRequestDetails(device.channel as unknown as webPush.PushSubscription, content, {
    TTL: 60,
    topic,
    vapidDetails: { subject: "mailto:operator@contoso.com", ...keys },
  });
  const dispatcher = new Agent({ connect: { ca: await readFile(join(dataDir, "webpush/ca.pem"), "utf8") } });
  const headers = Object.entries<unknown>(details.headers).map(([name, value]) => [name, String(value)]);
  const response = await request(details.endpoint, {
    dispatcher,
    method: "POST",
    headers: Object.fromEntries(headers),
    body: details.body,
  });
  await dispatcher.destroy();
  return response.statusCode;
};

test("after a crash devices, what they received, what they show and what waits for them are there again", async () => {
  const first = await start();
  const [device, sleeper, leaver] = await first.control.createDevices({ count: 3 });
  await first.control.setOnline(sleeper!.deviceId, false);
  await pushTo(device!, "cleared", "a");
  await first.control.clearReceived();
  for (const [content, topic] of [
    ["old", "a"],
    ["other", "b"],
    ["new", "a"],
  ] as const) {
    expect(await pushTo(device!, content, topic)).toBe(201);
  }
  expect(await pushTo(sleeper!, "waits", "a")).toBe(201);
  await first.control.removeDevice(leaver!.deviceId);
  const before = { devices: await first.control.devices(), received: await first.control.received() };
  expect(before.received.map(({ seq, content }) => [seq, content])).toEqual([
    [2, "old"],
    [3, "other"],
    [4, "new"],
  ]);
  await first.program.kill();

  const second = await start({ FANFARE_WEBPUSH_PORT: first.port });
  expect(await second.control.devices()).toEqual(before.devices);
  expect(await second.control.received()).toEqual(before.received);
  expect(await pushTo(leaver!, "gone", "a")).toBe(410);
  expect(await pushTo(device!, "newest", "b")).toBe(201);
  await second.control.setOnline(sleeper!.deviceId, true);
  const came = await second.control.received(4);
  expect(came.map(({ seq, content }) => [seq, content])).toEqual([
    [5, null],
    [6, "newest"],
    [7, "waits"],
  ]);
  const [screen] = await second.control.devices();
  expect(screen?.screen.map(({ content }) => content)).toEqual(["new", "newest"]);
  expect(second.program.output()).toMatch(/webpush-1 WebPush newest\n/);
  expect(await second.program.stop()).toEqual({ code: 0, signal: null });
});

test("an ephemeral service keeps nothing but its certificate, and prints nothing when told so", async () => {
  const first = await start({ FANFARE_EPHEMERAL: "1", FANFARE_PUSH_PRINT: "0" });
  const device = await first.control.createDevice();
  expect(await pushTo(device, "hello", "a")).toBe(201);
  expect(await first.control.received()).toHaveLength(1);
  expect(first.program.output()).not.toContain("hello");
  await first.program.kill();
  const second = await start({ FANFARE_EPHEMERAL: "1", FANFARE_WEBPUSH_PORT: first.port });
  expect(await second.control.devices()).toEqual([]);
  expect(await second.control.received()).toEqual([]);
  expect(await pushTo(device, "hello", "a")).toBe(404);
});

test("it ends at once when asked, even while a push hangs", async () => {
  const { program, control } = await start();
  const device = await control.createDevice();
  await control.addFault({ hang: true });
  const hanging = pushTo(device, "hangs", "a").catch((error: unknown) => error);
  await control.waitFor(({ status }) => status === null);
  expect(await program.stop(4_000)).toEqual({ code: 0, signal: null });
  expect(await hanging).toBeInstanceOf(Error);
});

test.each([
  [
    "a port in use",
    async () => ({ FANFARE_WEBPUSH_PORT: (await start()).port, FANFARE_EPHEMERAL: "1" }),
    /Web Push service: port \d+ is in use. Set FANFARE_WEBPUSH_PORT/,
  ],
  ["a folder in use", async () => start().then(() => ({})), /webpush\/state is in use by another process/],
  ["a wrong VAPID key", () => ({ VAPID_PUBLIC_KEY: "secret" }), /VAPID_PUBLIC_KEY must be/],
  ["a wrong number of kept pushes", () => ({ FANFARE_RECEIVED_KEPT: "many" }), /FANFARE_RECEIVED_KEPT must be/],
])("%s is told in one sentence", async (_case, settings, told) => {
  const failure = start(await settings());
  await expect(failure).rejects.toThrow(/exit code 64/);
  await expect(failure).rejects.toThrow(told);
});
