import type { Clock } from "../../../shared/clock.ts";
import type { Fanout } from "../../../shared/fanout/fanout.ts";
import type { Notification } from "../../../shared/notification/notification.ts";
import type { Place } from "./place.ts";

/** What `tellDevices` uses. */
export type Telling = { readonly fanout: Fanout; readonly clock: Clock };

/**
 * Has the user's other devices told that the feed has changed, by one message whatever the number of notifications: it names the one
 * that changed last. None is sent for what targeted browsers only (contract 5). Asked again for the same state it sends the same
 * message, so that a repeat completes what a crash or a 406 left untold, and the broker drops what it has seen.
 */
export const tellDevices = async (
  { fanout, clock }: Telling,
  { feed, actor }: Place,
  notifications: readonly Notification[],
): Promise<void> => {
  const told = notifications.filter(({ platformTypes }) => platformTypes.some((type) => type !== "WebPush"));
  if (told.length === 0) return;
  const { id, version, expiresAt } = told.reduce((latest, one) => (one.version > latest.version ? one : latest));
  await fanout.send(
    {
      v: 1,
      feed,
      id,
      version,
      kind: "state",
      ...(actor && { actor: actor.subscriptionId }),
      hop: 0,
      acceptedAt: clock.now(),
    },
    { expiresAt },
  );
};
