import { wasReachable, type Device } from "./device.ts";
import type { Stood } from "./history.ts";
import { isOwed, isRungBy, type Found } from "./invariants.ts";

/** Per device and notification at most one toast stands. */
export const oneToastEach = ({ world, devices }: Found): void => {
  for (const { name, screen } of devices.all) {
    const ids = [...screen.values()].map(({ id }) => id);
    for (const id of new Set(ids)) {
      if (ids.filter((one) => one === id).length > 1) world.violate(`${name} shows more than one toast of ${id}`);
    }
  }
};

/** Once changes have stopped: what stands on each screen is the newest that was accepted, or what was stored since. */
export const newestStands = (found: Found): void => {
  const { world, devices, history } = found;
  for (const device of devices.all) {
    for (const [id, { feed, stood }] of history.all()) {
      const newest = stood.at(-1);
      if (feed !== device.feed || !newest || newest.expiresAt < world.scheduler.now() + 15_000) continue;
      const standing = [...device.screen.values()].find((toast) => toast.id === id)?.label;
      const wrong =
        device.platform === "WebPush"
          ? staleInBrowser(device, id, standing, stood)
          : wrongInApp(found, device, id, standing, stood);
      if (wrong !== undefined) world.violate(`${device.name} ${wrong} of ${id}`);
    }
  }
};

/** A browser shows what it was told last; that must be the newest it was told, unless nothing rings any more. */
const staleInBrowser = (
  device: Device,
  id: string,
  standing: string | undefined,
  stood: readonly Stood[],
): string | undefined => {
  const told = device.heard.filter((one) => one.id === id && one.kind === "content");
  const newest = told.toSorted((a, b) => b.contentVersion - a.contentVersion)[0];
  if (!newest) return undefined;
  const content = stood.find(({ version }) => version === newest.contentVersion);
  const since = stood.filter(({ version }) => version >= newest.contentVersion);
  if (!content || standing === content.label || !since.every((one) => one.isRinging && isRungBy(one, device)))
    return undefined;
  if (!wasReachable(device, newest.at, Infinity)) return undefined;
  if (standing === undefined) return undefined; // another notification took its place: one topic, one toast
  return `shows "${standing}" after "${content.label}"`;
};

/** An app shows what is unread and for it. Whatever was stored after the last that was accepted may stand as well. */
const wrongInApp = (
  found: Found,
  device: Device,
  id: string,
  standing: string | undefined,
  stood: readonly Stood[],
): string | undefined => {
  const { world, promises } = found;
  const owed = promises.given.filter(
    (one) => one.id === id && (isOwed(found, one, device) || promises.isMaker(id, one.stood.version, device)),
  );
  const accepted = Math.max(0, ...owed.map((one) => one.stood.version));
  if (accepted === 0) return undefined;
  const since = stood.filter(({ version }) => version >= accepted);
  const from = since[0]?.at ?? 0;
  if (!wasReachable(device, from, Infinity)) return undefined;
  // Replaced by what is not for this platform, nobody tells it any more.
  if (!since.every((one) => one.platformTypes.includes(device.platform))) return undefined;
  world.count("screens compared");
  // Of one content its alert stands as well as itself, whichever came last.
  const may = since.flatMap(({ isRinging, label, alert }) =>
    isRinging ? [label, alert?.label ?? label] : [undefined],
  );
  if (may.includes(standing)) return undefined;
  return `shows ${standing === undefined ? "nothing" : `"${standing}"`} and should show ${may.map((label) => label ?? "nothing").join(" or ")}`;
};
