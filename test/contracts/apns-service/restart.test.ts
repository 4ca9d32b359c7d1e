import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { alert, newAccount, pusher, startLocalApns } from "./local-apns.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-apns-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("after a restart devices, what they show, what waits for them and who is gone are as before", async () => {
  const account = newAccount();
  const first = await startLocalApns({ folder, isEphemeral: false, account });
  const providerToken = await first.providerToken();
  const phone = await first.control.createDevice();
  const sleeper = await first.control.createDevice({ environment: "sandbox" });
  const gone = await first.control.createDevice();
  await first.control.setOnline(sleeper.deviceId, false);
  const push = pusher(first.connect(), providerToken);
  expect(await push(phone, { body: alert("shown") })).toMatchObject({ status: 200 });
  const waiting = { body: alert("waits"), headers: { "apns-collapse-id": "a" } };
  expect(await pusher(first.connect("localhost"), providerToken)(sleeper, waiting)).toMatchObject({ status: 200 });
  await first.control.removeDevice(gone.deviceId);
  const timestamp = first.clock.now;
  const before = { devices: await first.control.devices(), received: await first.control.received() };
  await first.stop();

  const second = await startLocalApns({ folder, isEphemeral: false, account, port: Number(new URL(first.url).port) });
  expect(await second.control.devices()).toEqual(before.devices);
  expect(await second.control.received()).toEqual(before.received);
  const again = pusher(second.connect(), providerToken);
  expect(await again(gone)).toMatchObject({ status: 410, body: { reason: "Unregistered", timestamp } });
  expect(await again(phone)).toMatchObject({ status: 200 });
  await second.control.setOnline(sleeper.deviceId, true);
  const screens = (await second.control.devices()).map(({ screen }) => screen.map(({ content }) => content));
  expect(screens).toEqual([["shown", "hello"], ["waits"]]);
  await second.stop();
});

test("it ends soon when asked, even while a push hangs and a connection is idle", async () => {
  const apns = await startLocalApns({ folder });
  const phone = await apns.control.createDevice();
  await apns.control.addFault({ hang: true });
  const idle = apns.connect();
  await once(idle, "connect");
  const hanging = pusher(apns.connect(), await apns.providerToken())(phone).catch((error: unknown) => error);
  await apns.control.waitFor(({ status }) => status === null);
  const start = performance.now();
  await apns.stopAlone();
  expect(performance.now() - start).toBeLessThan(3_000);
  expect(await hanging).toBeInstanceOf(Error);
});
