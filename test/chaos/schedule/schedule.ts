import { plannedDeviceFaults, plannedSpells, type DeviceFault, type Spell } from "./bad-days.ts";
import { plannedChannelEvents, type ChannelEvent } from "./channel-events.ts";
import { plannedKills, type PlannedKill } from "./kills.ts";
import { plannedPosts, replacingShare, type PlannedPost } from "./posts.ts";

/** All that is done to the stack, by whom and when. What comes of it is not drawn: it is the stack's, and the machine's. */
export type Schedule = {
  /** How many devices each user has. */
  readonly devices: readonly number[];
  readonly posts: readonly PlannedPost[];
  readonly kills: readonly PlannedKill[];
  readonly spells: readonly Spell[];
  readonly deviceFaults: readonly DeviceFault[];
  readonly channelEvents: readonly ChannelEvent[];
};

type Wish = {
  readonly seed: number;
  readonly seconds: number;
  /** Posts a second. */
  readonly rate: number;
};

const usersLeast = 20;
/** A virtual device shows the latest 50 toasts. Fewer than that come to each, so that all can be seen in the end. */
const toastsMax = 45;

/** Draws everything from the seed. */
export const scheduleOf = ({ seed, seconds, rate }: Wish): Schedule => {
  // Rather too many users than too few: replacements may be fewer than on average.
  const notifications = seconds * rate * (1 - replacingShare * 0.8);
  const users = Math.max(usersLeast, Math.ceil(notifications / toastsMax));
  const devices = Array.from({ length: users }, (_, user) => 2 + (user % 2));
  const devicesInAll = devices.reduce((sum, count) => sum + count, 0);
  return {
    devices,
    posts: plannedPosts({ seed, seconds, rate, devices }),
    kills: plannedKills(seed, seconds),
    spells: plannedSpells(seed, seconds),
    deviceFaults: plannedDeviceFaults(seed, seconds, devicesInAll),
    channelEvents: plannedChannelEvents({ seed, seconds, devices }),
  };
};
