import { isSame, wasReachable, type Device } from "./device.ts";
import { fairChanceMs, hasMoved, type Found } from "./invariants.ts";
import type { World } from "./world.ts";
import type { Promised } from "./promises.ts";

/** Clocks differ by so much, and what meets at a moment takes as long; milliseconds. */
const aboutMs = 60_000;

/** Whoever was to be alerted was: every iOS device that did not fetch the content, was there when the alert was due, and whose user saw to it nowhere. */
export const alertsComeWhereDue = (found: Found): void => {
  const { world, devices, history, promises } = found;
  for (const promised of promises.given) {
    if (promised.kind !== "content" || !promised.stood.alert) continue;
    for (const device of devices.all) {
      if (device.platform !== "iOS" || history.of(promised.id)?.feed !== device.feed) continue;
      if (!promised.stood.platformTypes.includes("iOS")) continue;
      if (!wasReachable(device, promised.stood.alert.due - aboutMs, promised.stood.alert.due + aboutMs)) continue;
      world.count("alerts owed");
      if (isAlerted(device, promised)) continue;
      const reason = excuse(found, promised, device);
      if (reason) world.count(`no alert: ${reason}`);
      else world.violate(`${device.name} was never alerted of ${promised.id} v${promised.stood.version}`);
    }
  }
};

const isAlerted = ({ heard }: Device, { id, stood }: Promised): boolean =>
  heard.some((one) => one.kind === "fallback" && one.id === id && one.contentVersion === stood.contentVersion);

const excuse = (
  { devices, history, world, calmAt }: Found,
  { id, stood }: Promised,
  device: Device,
): string | undefined => {
  const { contentVersion, alert, expiresAt } = stood;
  const since = (history.of(id)?.stood ?? []).filter(({ version }) => version >= stood.version);
  if (since.some((one) => one.contentVersion > contentVersion)) return "replaced";
  if (since.some(({ isRinging }) => !isRinging)) return "seen to";
  const fetched = devices.all
    .filter((one) => isSame(one, device))
    .flatMap(({ marks }) => marks)
    .some((mark) => mark.id === id && mark.contentVersion >= contentVersion);
  if (fetched) return "fetched";
  if (expiresAt < Math.max(calmAt, alert?.due ?? 0) + fairChanceMs) return "ended";
  if (!wasReachable(device, stood.at, Math.min(expiresAt, world.scheduler.now()))) return "not reachable";
  return undefined;
};

/** What leaves it open whether somebody was alerted, or has what is recorded of it come late. */
const doubts = ["redeliveries", "crashes", "push: answer lost", "push: lands late", "dead letters replayed"];
const isDoubtful = ({ counts, weather }: World): boolean =>
  weather.latencyMs > 200 ||
  Object.entries(counts).some(
    ([what, times]) => times > 0 && (doubts.includes(what) || /^(?:tables|bus): /.test(what)),
  );

/** Nobody is alerted twice of one content, but after a run that may have been cut off; others may be busy, and tried again. */
export const nobodyIsAlertedTwice = ({ world, devices }: Found): void => {
  if (isDoubtful(world)) return;
  world.count("alerts counted");
  for (const device of devices.all) {
    const alerts = device.heard.filter(({ kind }) => kind === "fallback");
    for (const { id, contentVersion } of alerts) {
      if (hasMoved(devices, device)) continue;
      const same = alerts.filter((one) => one.id === id && one.contentVersion === contentVersion);
      if (same.length > 1) world.violate(`${device.name} was alerted twice of ${id}`);
    }
  }
};
