import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { attemptWith, delivered, phone, senderTo } from "../apns-sender/with-sender.ts";
import { now, notificationWith } from "../../rules/samples.ts";
import { startLocalApns, type LocalApns } from "./local-apns.ts";

let apns: LocalApns;
let sender: ChannelSender;

beforeAll(async () => {
  apns = await startLocalApns({ now: () => now, receivedKept: 1_000 });
  sender = senderTo(apns, { key: JSON.stringify(apns.account) });
});
afterAll(async () => {
  await sender.close();
  await apns.stop();
});

const attemptAt = ({ channel }: NewDevice, visualContent?: object) => {
  const environment = channel.environment === "sandbox" ? "sandbox" : ("production" as const);
  const { bundleId, token } = channel;
  const subscription = {
    ...phone(),
    channel: { kind: "apns" as const, token: String(token), bundleId: String(bundleId), environment },
  } satisfies Subscription;
  const title = { title: "Your order", body: "is ready", ...visualContent };
  return attemptWith({ subscription, notification: notificationWith({ payload: { visualContent: title } }) });
};
const screenOf = async ({ deviceId }: NewDevice) =>
  (await apns.control.devices()).find((device) => device.deviceId === deviceId)?.screen.map(({ content }) => content);

test.each(["production", "sandbox"] as const)(
  "what the service sends passes every check of %s",
  async (environment) => {
    const device = await apns.control.createDevice({ environment });
    expect(await sender.send(attemptAt(device))).toEqual(delivered);
    expect(await sender.send({ ...attemptAt(device), kind: "tap" })).toEqual(delivered);
    expect(await screenOf(device)).toEqual(["Your order: is ready"]);
  },
);

test("an app that was removed is gone for the service", async () => {
  const device = await apns.control.createDevice();
  await apns.control.removeDevice(device.deviceId);
  expect(await sender.send(attemptAt(device))).toMatchObject({ kind: "gone" });
});

test("of 300 pushes none is lost, nor delivered twice, to connections that go away and streams that are refused", async () => {
  const devices = await apns.control.createDevices({ count: 300 });
  const before = (await apns.control.received()).length;
  // Slow enough for the trouble to come in the middle.
  await apns.call("POST", "/_http2", { maxConcurrentStreams: 20 });
  await apns.control.addFault({ delayMs: 20 });
  const outcomes = Promise.all(devices.map((device) => sender.send(attemptAt(device))));
  for (const told of [{ goaway: true }, { refuseStreams: 20 }, { goaway: true, maxConcurrentStreams: 60 }]) {
    const since = (await apns.control.received()).at(-1)?.seq ?? 0;
    await apns.control.waitFor(({ status }) => status === 200, { since });
    await apns.call("POST", "/_http2", told);
  }
  expect((await outcomes).filter(({ kind }) => kind !== "delivered")).toEqual([]);
  const received = (await apns.control.received()).slice(before);
  expect(new Set(received.map(({ deviceId }) => deviceId)).size).toBe(300);
  expect(received).toHaveLength(300);
});
