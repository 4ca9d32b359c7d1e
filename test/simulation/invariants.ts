import { isSame, wasReachable, type Device } from "./device.ts";
import type { Devices } from "./devices.ts";
import type { History, Stood } from "./history.ts";
import type { Promised, Promises } from "./promises.ts";
import type { World } from "./world.ts";

export type Found = {
  readonly world: World;
  readonly devices: Devices;
  readonly history: History;
  readonly promises: Promises;
  /** When the storm was over, epoch milliseconds. */
  readonly calmAt: number;
};

/** What ended so shortly after the storm had no fair chance: a retry may have been an hour away. */
export const fairChanceMs = 3 * 60 * 60_000;

/** Nothing accepted is lost: who was subscribed and targeted when it was accepted, and is, heard of it, or of something newer. */
export const nothingIsLost = (found: Found): void => {
  const { world, devices, promises } = found;
  for (const promised of promises.given) {
    for (const device of devices.all) {
      if (!isOwed(found, promised, device)) continue;
      world.count(`owed: ${promised.kind}`);
      if (hasHeard(device, promised)) continue;
      const reason = excuse(found, promised, device);
      if (reason) world.count(`excused: ${reason}`);
      else world.violate(`${device.name} never heard of ${promised.id} v${promised.stood.version} (${promised.kind})`);
    }
  }
};

export const isOwed = (
  { history, promises }: Found,
  { kind, id, stood, answeredAt }: Promised,
  device: Device,
): boolean =>
  history.of(id)?.feed === device.feed &&
  wasReachable(device, stood.at, answeredAt) &&
  (kind === "content"
    ? isRungBy(stood, device)
    : !promises.isMaker(id, stood.version, device) && isTappedFor(stood, device));

export const isRungBy = (stood: Stood, { platform }: Device): boolean =>
  stood.platformTypes.includes(platform) && (platform !== "WebPush" || stood.isRaw);
const isTappedFor = ({ platformTypes }: Stood, { platform }: Device): boolean =>
  platform !== "WebPush" && platformTypes.some((type) => type !== "WebPush");

const hasHeard = ({ heard }: Device, { kind, id, stood }: Promised): boolean =>
  heard.some(
    (one) =>
      one.id === id &&
      (kind === "content"
        ? one.kind === "content" && one.contentVersion >= stood.contentVersion
        : one.version >= stood.version),
  );

/** Whether a device, under any of its names, was ever reached anew, or not any more. */
export const hasMoved = ({ all }: Devices, device: Device): boolean =>
  all.some((one) => isSame(one, device) && one.registered.length > 1);

/** Why nobody need have been told after all. */
const excuse = ({ history, world, calmAt }: Found, promised: Promised, device: Device): string | undefined => {
  const since = (history.of(promised.id)?.stood ?? []).filter(({ version }) => version >= promised.stood.version);
  const endsAt = Math.min(...since.map(({ expiresAt }) => expiresAt));
  if (!wasReachable(device, promised.stood.at, Math.min(endsAt, world.scheduler.now()))) return "not reachable";
  if (promised.kind === "content" && since.some(({ isRinging }) => !isRinging)) return "seen to";
  if (promised.kind === "content" && !since.every((stood) => isRungBy(stood, device))) return "not targeted any more";
  if (promised.kind === "state" && !since.every((stood) => isTappedFor(stood, device))) return "not targeted any more";
  if (endsAt < calmAt + fairChanceMs) return "ended in the storm";
  return undefined;
};

/** Every queue empties. */
export const queuesAreEmpty = ({ world }: Found): void => {
  const { active, scheduled, deadLettered } = world.queue.counts();
  if (active + scheduled + deadLettered > 0) {
    world.violate(`The queue does not empty: ${active} active, ${scheduled} scheduled, ${deadLettered} dead letters`);
  }
};

/**
 * Where nothing fails and nothing has to be tried again, nobody is rung twice for one content, however often it was posted under
 * one key. (A retry's message is sent before what was told is recorded, and may come first.)
 */
export const nobodyIsRungTwice = ({ world, devices, history }: Found): void => {
  if (!world.weather.isFair || (world.counts["sent: later"] ?? 0) > 0) return;
  for (const device of devices.all) {
    const { name, heard } = device;
    const contents = heard.filter(({ kind }) => kind === "content").map(({ id }) => id);
    for (const id of new Set(contents)) {
      // Of several versions that cross the newest is told once more; a new channel is a new place to ring.
      if (hasMoved(devices, device) || (history.of(id)?.stood.length ?? 0) > 1) continue;
      if (contents.filter((one) => one === id).length > 1) world.violate(`${name} was rung twice for ${id}`);
    }
  }
};
