import * as z from "zod";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import type { Connection } from "../connect.ts";
import { Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import type { LiveKeys } from "./vapid-tally.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

const answerSchema = z.object({ publicKey: z.string().min(1) });
const answerWithinMs = 5_000;

/**
 * The keys of that Fanfare, by their ids. It is asked itself for the current one, at the stack's or at PUBLIC_URL; only where nobody says where
 * it is, VAPID_PUBLIC_KEY is believed, which may be of yesterday: then the current one is not `isConfirmed`. The previous one no service
 * tells. Throws `Failed` when neither tells, a service does not answer, or says another key than this environment.
 */
export const liveKeysOf = async (
  { url, isLocal }: Pick<Connection, "url" | "isLocal">,
  { env, stop }: Pick<Surroundings, "env" | "stop">,
): Promise<LiveKeys> => {
  // Of a running stack the environment of this shell says nothing; and what is left empty is not set.
  const [set] = isLocal ? [] : [env.VAPID_PUBLIC_KEY?.trim()].filter(Boolean);
  const [previous] = [env.VAPID_PREVIOUS_PUBLIC_KEY?.trim()].filter(Boolean);
  const told = url === undefined ? undefined : await askedOf(url, stop);
  const current = told ?? set;
  if (current === undefined)
    throw new Failed("Neither VAPID_PUBLIC_KEY nor PUBLIC_URL is set, and this command needs one.");
  if (set !== undefined && set !== current)
    throw new Failed(
      `VAPID_PUBLIC_KEY here is ${vapidKeyIdOf(set)}, and is not the key that the service gives browsers, ${vapidKeyIdOf(current)}: it is of another ` +
        "time, or another service's. Leave it out (unset VAPID_PUBLIC_KEY), and see whether VAPID_PREVIOUS_PUBLIC_KEY is the service's own.",
    );
  // Two that were changed for one another would have the key removed that browsers are bound to.
  if (previous === current)
    throw new Failed(
      "VAPID_PREVIOUS_PUBLIC_KEY is the key that the service gives browsers now, so it is not the previous one.",
    );
  return {
    current: vapidKeyIdOf(current),
    previous: previous === undefined ? undefined : vapidKeyIdOf(previous),
    isConfirmed: told !== undefined,
  };
};

const askedOf = async (url: string, stop: AbortSignal): Promise<string> => {
  const signal = firstSignal([stop, AbortSignal.timeout(answerWithinMs)]);
  try {
    const answer = await fetch(`${url}/v1.0/me/notifications/vapidPublicKey`, { signal });
    return answerSchema.parse(await answer.json()).publicKey;
  } catch (cause) {
    stop.throwIfAborted();
    throw new Failed(
      "The service does not tell its VAPID key. Is it running, and at PUBLIC_URL? What this shell says of its keys may be of another time.",
      undefined,
      { cause },
    );
  }
};
