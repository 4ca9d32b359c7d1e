import { milliseconds, type Clock } from "../../shared/clock.ts";
import type { Subscription } from "../../shared/subscription/subscription.ts";
import type { Emit } from "../../shared/telemetry/events.ts";

/** However many keys' names stand in rows, no more of them are remembered. */
const rememberedMost = 100;

/**
 * Sounds the alarm over devices whose channels cannot be opened: each would be silent without anybody's fault being told. Every run that meets one would
 * say so, hence once an hour for each key.
 */
export const closedChannels = (clock: Clock): ((subscriptions: readonly Subscription[], emit: Emit) => void) => {
  const quietUntil = new Map<string, number>();
  return (subscriptions, emit) => {
    if (!subscriptions.some(({ closedKeyId }) => closedKeyId !== undefined)) return;
    const closed = subscriptions.flatMap(({ closedKeyId }) => closedKeyId ?? []);
    for (const keyId of new Set(closed)) {
      const now = clock.now();
      if ((quietUntil.get(keyId) ?? now) > now) continue;
      if (quietUntil.size >= rememberedMost) quietUntil.clear();
      quietUntil.set(keyId, now + milliseconds.hour);
      emit({ event: "channels-closed", keyId, devices: closed.filter((one) => one === keyId).length });
    }
  };
};
