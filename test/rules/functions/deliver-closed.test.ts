import { expect, test } from "vitest";
import { eventKeeper } from "../../../shared/telemetry/kept.ts";
import { readable } from "../../../shared/telemetry/readable.ts";
import { delivered, job, notification, world } from "./delivery-world.ts";

const devices = { laptop: [delivered], phone: [delivered], watch: [delivered] };

test("a device whose channel does not open keeps no other from being told, and sounds an alarm that is always kept", async () => {
  const { deliver, events, happened } = world({ devices, closed: { phone: "k0", watch: "k0" } });
  await deliver();
  expect(happened).toEqual(["sent to laptop", "recorded"]);
  const [alarm] = events;
  expect(alarm).toEqual({ event: "channels-closed", keyId: "k0", devices: 2 });
  expect(alarm && eventKeeper()(alarm, false, 0)).toBe(true);
  expect(alarm && readable(alarm)).toMatch(/^ALARM DATA_KEYS does not open what the key k0 sealed: 2 devices/);
});

test("the alarm comes once an hour for each key, whoever meets it", async () => {
  const { deliver, events, advanceTo } = world({ devices, closed: { phone: "k0", watch: "k1" } });
  const alarms = () => events.flatMap((event) => (event.event === "channels-closed" ? event.keyId : []));
  await deliver();
  await deliver({ ...job, hop: 4 });
  expect(alarms()).toEqual(["k0", "k1"]);
  advanceTo(job.acceptedAt + 50 + 3_600_000);
  await deliver({ ...job, hop: 5 });
  expect(alarms()).toEqual(["k0", "k1", "k0", "k1"]);
});

test("the first run of a content counts them, for nothing is tried that could be late; of a retry, a tap or what is soon over nobody is counted", async () => {
  const closedOf = async (of: Partial<typeof job>, changes: Partial<typeof notification> = {}) => {
    const closed = { phone: "k0", watch: "k0" };
    const { deliver, events } = world({ devices, closed, notification: { ...notification, ...changes } });
    await deliver({ ...job, ...of });
    return events.flatMap((event) => (event.event === "delivery" ? [event.closed] : []));
  };
  const { contentAt } = notification;
  expect(await closedOf({ hop: 0 })).toEqual([2]);
  expect(await closedOf({ hop: 1 })).toEqual([undefined]);
  expect(await closedOf({ hop: 0, kind: "state" })).toEqual([undefined]);
  expect(await closedOf({ hop: 0, version: notification.contentVersion - 1 })).toEqual([undefined]); // replaced
  expect(await closedOf({ hop: 0 }, { expiresAt: contentAt + 29_999 })).toEqual([undefined]);
  expect(await closedOf({ hop: 0 }, { platformTypes: ["iOS"] })).toEqual([undefined]);
});
