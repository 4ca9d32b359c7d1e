import { z } from "zod";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import type { Connection } from "../connect.ts";
import { Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import type { LiveKeys } from "./vapid-tally.ts";

const answerSchema = z.object({ publicKey: z.string().min(1) });
const answerWithinMs = 5_000;

/**
 * The keys of that Fanfare, by their ids. It is asked itself for the current one, at the stack's or at PUBLIC_URL; VAPID_PUBLIC_KEY says it where
 * the service cannot. Throws `Failed` when neither tells, or one says another than the other.
 */
export const liveKeysOf = async (
  { url, isLocal }: Pick<Connection, "url" | "isLocal">,
  { env, stop }: Pick<Surroundings, "env" | "stop">,
): Promise<LiveKeys> => {
  // Of a running stack the environment of this shell says nothing; and what is left empty is not set.
  const [set] = isLocal ? [] : [env.VAPID_PUBLIC_KEY?.trim()].filter(Boolean);
  const [previous] = [env.VAPID_PREVIOUS_PUBLIC_KEY?.trim()].filter(Boolean);
  const current = set === undefined ? await askedOf(url, stop) : await confirmed(set, { url, stop });
  // Two that were changed for one another would have the key removed that browsers are bound to.
  if (previous === current)
    throw new Failed(
      "VAPID_PREVIOUS_PUBLIC_KEY is the key that the service gives browsers now, so it is not the previous one.",
    );
  return { current: vapidKeyIdOf(current), previous: previous === undefined ? undefined : vapidKeyIdOf(previous) };
};

/** A service that does not answer confirms nothing, and denies nothing. */
const confirmed = async (
  set: string,
  { url, stop }: { readonly url: string | undefined; readonly stop: AbortSignal },
): Promise<string> => {
  const told = url === undefined ? set : await askedOf(url, stop).catch(() => set);
  stop.throwIfAborted();
  if (told === set) return set;
  throw new Failed(
    "VAPID_PUBLIC_KEY here is not the key that the service gives browsers. Give this command the service's own settings, or leave it out.",
  );
};

const askedOf = async (url: string | undefined, stop: AbortSignal): Promise<string> => {
  if (url === undefined)
    throw new Failed("Neither VAPID_PUBLIC_KEY nor PUBLIC_URL is set, and this command needs one.");
  const signal = AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)]);
  try {
    const answer = await fetch(`${url}/v1.0/me/notifications/vapidPublicKey`, { signal });
    return answerSchema.parse(await answer.json()).publicKey;
  } catch (cause) {
    stop.throwIfAborted();
    throw new Failed(
      "The service does not tell its VAPID key. Is it running? VAPID_PUBLIC_KEY may say it.",
      undefined,
      {
        cause,
      },
    );
  }
};
