import { z } from "zod";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import type { Connection } from "../connect.ts";
import { Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import type { LiveKeys } from "./vapid-tally.ts";

const answerSchema = z.object({ publicKey: z.string().min(1) });
const answerWithinMs = 5_000;

/**
 * The keys of that Fanfare, by their ids. It is asked itself for the current one, at the stack's or at PUBLIC_URL, but where VAPID_PUBLIC_KEY
 * stands among its other settings. Throws `Failed` when neither tells.
 */
export const liveKeysOf = async (
  { url, isLocal }: Pick<Connection, "url" | "isLocal">,
  { env, stop }: Pick<Surroundings, "env" | "stop">,
): Promise<LiveKeys> => {
  // Of a running stack the environment of this shell says nothing; and what is left empty is not set.
  const [set] = isLocal ? [] : [env.VAPID_PUBLIC_KEY].filter(Boolean);
  const previous = env.VAPID_PREVIOUS_PUBLIC_KEY;
  return {
    current: vapidKeyIdOf(set ?? (await askedOf(url, stop))),
    previous: previous ? vapidKeyIdOf(previous) : undefined,
  };
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
