import { isServedIn } from "../../shared/channels/served.ts";
import type { IsServed } from "../../shared/delivery/reach.ts";
import type { Channel } from "../../shared/subscription/subscription.ts";
import { isNamed } from "./access.ts";
import type { Environment } from "./surroundings.ts";

type Device = { readonly channel: Pick<Channel, "kind"> | null; readonly channelTag: string };
/** Of the ledger, whom it tells of. */
type Entries = Readonly<Record<string, unknown>>;

/**
 * Whether a Fanfare pushes to a platform, as far as an operator's environment and the ledger tell. The local stack does to every one. Of another
 * the app's settings tell, where the environment has them all: to connect, an operator needs few of them, and their lack says nothing.
 * And a device that the ledger tells of proves that its platform is served, or was: of one that is not, nothing is recorded.
 */
export const servedAsFarAsKnown = (
  env: Environment,
  { devices, entries }: { readonly devices: readonly Device[]; readonly entries: Entries },
): IsServed => {
  if (!isNamed(env) || !hasAllSettings(env)) return () => true;
  const told = new Set(
    devices.flatMap(({ channel, channelTag }) => (channel && Object.hasOwn(entries, channelTag) ? channel.kind : [])),
  );
  const isServed = isServedIn(env);
  return (kind) => isServed(kind) || told.has(kind);
};

/** One that no command needs, and every app has. */
export const hasAllSettings = (env: Environment): boolean => Boolean(env.DATA_KEYS);
