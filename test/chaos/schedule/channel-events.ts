import { chanceOf } from "../chance.ts";

/**
 * What an app does about its channel:
 * - `renews`: subscribes again with the channel it has;
 * - `told-gone`: its push service says 410 once by mistake, and the app subscribes again with that same channel;
 * - `moves`: its channel ends, 410 from then on, and the app subscribes with a new one;
 * - `leaves`: its channel ends, and the app never comes back.
 */
type ChannelEventKind = "renews" | "told-gone" | "moves" | "leaves";

export type ChannelEvent = {
  readonly kind: ChannelEventKind;
  readonly atMs: number;
  /** By number, all users' devices counted through. */
  readonly device: number;
  /** How long after its channel's end, or after it saw the 410, the app subscribes again. */
  readonly afterMs: number;
};

type Wish = { readonly seed: number; readonly seconds: number; readonly devices: readonly number[] };

/** Each device has its turn before one has another. The first device of each user stays, so that nobody is left without any. */
export const plannedChannelEvents = ({ seed, seconds, devices }: Wish): readonly ChannelEvent[] => {
  const chance = chanceOf(seed, "channels");
  const firsts = new Set(devices.map((_, user) => devices.slice(0, user).reduce((sum, count) => sum + count, 0)));
  const all = Array.from({ length: devices.reduce((sum, count) => sum + count, 0) }, (_, device) => device);
  const hasLeft = new Set<number>();
  const events: ChannelEvent[] = [];
  let turns: number[] = [];
  for (let atMs = chance.between(1_000, 3_000); atMs < seconds * 1_000; atMs += chance.between(800, 3_500)) {
    if (turns.length === 0) turns = chance.shuffled(all.filter((device) => !hasLeft.has(device)));
    const device = turns.pop() ?? 0;
    const drawn = chance.oneOf<ChannelEventKind>(["renews", "told-gone", "told-gone", "moves", "moves", "leaves"]);
    const kind = drawn === "leaves" && firsts.has(device) ? "moves" : drawn;
    if (kind === "leaves") hasLeft.add(device);
    // Often at once: the app and the pruning of its old channel then meet.
    events.push({ kind, atMs, device, afterMs: chance.is(0.4) ? 0 : chance.between(50, 4_000) });
  }
  return events;
};
