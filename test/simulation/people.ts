import { milliseconds } from "../../shared/clock.ts";
import type { Heard } from "./app-server.ts";
import type { Cluster, Reply } from "./cluster.ts";
import type { Telling } from "./living-instance.ts";
import type { Device } from "./device.ts";
import type { Devices } from "./devices.ts";
import type { History } from "./history.ts";
import type { OperationName } from "./instance.ts";
import type { Promises } from "./promises.ts";
import type { Asked } from "./request.ts";
import { hostName, type World } from "./world.ts";

type Uses = {
  readonly world: World;
  readonly cluster: Cluster;
  readonly devices: Devices;
  readonly history: History;
  readonly promises: Promises;
  readonly heard: Heard;
};

/** What people and their devices do: subscribe, renew, unsubscribe, mark what they saw. */
export const peopleFrom = ({ world, cluster, devices, history, promises, heard }: Uses) => {
  const { random, scheduler, trace } = world;

  /** Asks again as long as the service is busy or cannot be heard, so often at most. */
  const insist = async (
    device: Device,
    operation: OperationName,
    asked: () => Asked,
    { triesMost, ...telling }: { readonly triesMost: number } & Telling,
  ): Promise<Reply> => {
    for (let tries = 1; ; tries += 1) {
      const hear = heard(device.feed);
      const reply = await cluster.ask(device.name, operation, asked(), telling);
      hear(reply);
      if ((reply.kind === "answer" && reply.status !== 406) || tries === triesMost) return reply;
      await scheduler.sleep(reply.kind === "answer" ? reply.retryAfterSeconds * 1_000 : random.whole(0, 3_000));
    }
  };

  /** Subscribes, or renews with whatever channel the device has now. */
  const subscribe = async (device: Device): Promise<void> => {
    const asked = (): Asked => ({
      as: device.user,
      body: {
        targetHostName: hostName,
        platformType: device.platform,
        deviceId: device.name,
        notificationType: device.type,
        channel: device.channel?.given,
      },
    });
    const reply = await insist(device, "subscribe", asked, { triesMost: 20 });
    if (reply.kind === "broken" || reply.status >= 300) return;
    const { userNotificationSubscriptionId: unsid } = reply.body as { userNotificationSubscriptionId: string };
    trace.name(unsid, `unsid of ${device.name}`);
    device.unsid = unsid;
  };

  const unsubscribe = async (device: Device): Promise<void> => {
    await insist(device, "unsubscribe", () => ({ as: device.user, id: device.subscriptionId }), { triesMost: 10 });
  };

  /** The device gets another channel, and says so: the old one ends before, then, or some time after. */
  const renew = async (device: Device): Promise<void> => {
    const old = device.channel;
    if (random.chance(0.6)) {
      world.count("channels changed");
      devices.giveChannel(device);
      const ends = random.pick(["before", "meanwhile", "after", "never"]);
      if (ends === "before") devices.kill(old);
      if (ends === "meanwhile") scheduler.after(random.whole(0, 500), () => devices.kill(old));
      await subscribe(device);
      if (ends === "after") devices.kill(old);
      return;
    }
    if (random.chance(0.2))
      device.type = random.pick(["NotificationWithPayload", "NotificationOnly", "NoNotification"]);
    await subscribe(device);
  };

  /** Its app is removed, or its browser's data; it may come back after a while. */
  const lose = async (device: Device): Promise<void> => {
    world.count("channels lost");
    devices.kill(device.channel);
    await scheduler.sleep(random.whole(0, 60_000));
    if (random.chance(0.3)) return;
    devices.giveChannel(device);
    await subscribe(device);
  };

  /** The user saw a notification on this device. */
  const react = async (device: Device): Promise<void> => {
    const known = [...history.all()].filter(([, { feed }]) => feed === device.feed).map(([id]) => id);
    const id = random.pickOf(known);
    if (id === undefined) return;
    const unsid = random.chance(0.8) ? device.unsid : undefined;
    const actor = unsid === undefined ? undefined : device;
    const how = random.pick<"change" | "remove" | "changeMany">(["change", "change", "change", "remove", "changeMany"]);
    const change = random.pick([
      { readState: "read" },
      { readState: "unread" },
      { userActionState: "dismissed" },
      { userActionState: "snoozed" },
      { userActionState: "noInteraction" },
      { readState: "read", userActionState: "activated" },
    ]);
    const asked: Asked =
      how === "changeMany"
        ? { as: device.user, unsid, query: `targetHostName=${hostName}`, body: { ...change, ids: known.slice(0, 3) } }
        : how === "change"
          ? { as: device.user, unsid, id, body: change }
          : { as: device.user, unsid, id };
    await insist(device, how, () => asked, {
      triesMost: random.whole(1, 6),
      stored: (version) => actor && promises.noteMaker(version, actor),
      accepted: (versions) => {
        const newest = versions.toSorted((a, b) => b.version - a.version)[0];
        if (newest) promises.note("state", newest);
      },
    });
    device.wake(); // who makes a change is not told of it: its app looks, whatever it heard
  };

  /** Whatever a device's life brings. */
  const live = async (device: Device): Promise<void> => {
    switch (random.pick(["react", "react", "react", "react", "renew", "renew", "lose", "unsubscribe"])) {
      case "react":
        return react(device);
      case "renew":
        return renew(device);
      case "lose":
        return lose(device);
      case "unsubscribe":
        await unsubscribe(device);
        if (random.chance(0.6)) {
          await scheduler.sleep(random.whole(0, milliseconds.minute));
          await subscribe(device);
        }
    }
  };

  return { subscribe, live, react };
};
