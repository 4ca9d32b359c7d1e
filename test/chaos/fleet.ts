import type { NewDevice } from "../../infra/local/push/control-client.ts";
import type { LocalStack } from "../support/stack.ts";
import type { Registration } from "./observed.ts";
import { pause, reached } from "./pause.ts";
import type { ChannelEvent } from "./schedule/channel-events.ts";

type Use = {
  readonly stack: Pick<LocalStack, "push" | "subscribe">;
  /** How many devices each user has. */
  readonly devices: readonly number[];
  /** Resolves when the push service has told 410 about this device since `at`, or soon without. */
  readonly toldGone: (deviceId: string, at: number) => Promise<void>;
  readonly calm: AbortSignal;
  readonly stop: AbortSignal;
};

/** One app on one device: what it calls itself when it subscribes, and the push subscription it has now. */
type Device = {
  readonly user: number;
  readonly name: string;
  push: NewDevice;
  unsid: string;
};

const userName = (user: number): string => `chaos-${user}@contoso.com`;

/** Virtual browsers, subscribed through the service's own API, and what becomes of their channels. */
export const fleet = ({ stack: { push, subscribe }, devices: counts, toldGone, calm, stop }: Use) => {
  const devices: Device[] = [];
  const registrations: Registration[] = [];
  const ended = new Map<string, number>();
  const events: Partial<Record<ChannelEvent["kind"], number>> = {};

  /** Subscribes until that is answered: a client that hears nothing asks again. */
  const subscribed = async (device: Device): Promise<void> => {
    const askedAt = Date.now();
    const { user, name, push: browser } = device;
    while (!stop.aborted) {
      // Under its own name, that outlives its channels; only the virtual browser's number changes with them.
      const answer = await subscribe({ ...browser, deviceId: name }, userName(user)).catch(() => undefined);
      if (answer) {
        device.unsid = answer.unsid;
        registrations.push({ deviceId: browser.deviceId, user, askedAt, answeredAt: Date.now() });
        return;
      }
      await pause(300, stop);
    }
  };

  const start = async (): Promise<void> => {
    const made = await push.createDevices({ count: counts.reduce((sum, count) => sum + count, 0), name: "chaos" });
    const users = counts.flatMap((count, user) => Array.from({ length: count }, () => user));
    for (const [index, user] of users.entries()) {
      const browser = made[index];
      if (browser) devices.push({ user, name: browser.deviceId, push: browser, unsid: "" });
    }
    await Promise.all(devices.map(subscribed));
  };

  const endChannel = async ({ push: { deviceId } }: Device): Promise<void> => {
    ended.set(deviceId, Date.now());
    await push.removeDevice(deviceId);
  };

  const happen = async (device: Device, { kind, afterMs }: ChannelEvent): Promise<void> => {
    const { deviceId } = device.push;
    if (kind === "told-gone") {
      const at = Date.now();
      await push.addFault({ device: deviceId, status: 410, count: 1 });
      await toldGone(deviceId, at);
    }
    if (kind === "moves" || kind === "leaves") await endChannel(device);
    if (kind === "leaves") return;
    await pause(afterMs, stop);
    if (kind === "moves") device.push = await push.createDevice({ name: "chaos-moved" });
    await subscribed(device);
  };

  /** Lets happen what is planned; one thing after the other for each device. Resolves when all of it has happened. */
  const run = async (planned: readonly ChannelEvent[], startedAt: number): Promise<void> => {
    const begun = new Map<number, Promise<void>>();
    for (const event of planned) {
      if (!(await reached(startedAt, event.atMs, calm))) break;
      const device = devices[event.device];
      if (!device) continue;
      events[event.kind] = (events[event.kind] ?? 0) + 1;
      begun.set(
        event.device,
        (begun.get(event.device) ?? Promise.resolve()).then(() => happen(device, event)),
      );
    }
    await Promise.all(begun.values());
  };

  const unsidOf = (user: number, device: number): string =>
    devices.filter((one) => one.user === user)[device]?.unsid ?? "";
  return {
    registrations,
    ended,
    events,
    start,
    run,
    unsidOf,
    deviceId: (device: number) => devices[device]?.push.deviceId,
  };
};
