import type { RegisteredApp } from "../../../shared/auth/app-registry.ts";
import { actorOf, type SignedIn } from "../../../shared/auth/authorise.ts";
import type { User } from "../../../shared/auth/caller.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";
import type { Feed } from "../../../shared/feed/feed.ts";
import type { NotificationId } from "../../../shared/notification/notification.ts";
import { Problem } from "../../../shared/problem.ts";
import type { UnsidHolder } from "../../../shared/subscription/subscription.ts";
import { badOption } from "../options.ts";

/** The feed a request is about, whose it is, and the device that acts if X-UNS-ID named one. */
export type Place = {
  readonly user: User;
  readonly hostName: string;
  readonly feed: FeedKey;
  readonly actor: UnsidHolder | undefined;
};

/**
 * The one feed that is meant (contract 4): of `targetHostName`, or of the only host name the calling app is a client of.
 * Throws `forbidden` when the calling app is no client of it, or the device is not subscribed there; `invalid` when it has to be named.
 */
export const placeMeant = (signed: SignedIn<UnsidHolder>, targetHostName: string | undefined): Place => {
  const { user, apps, actor } = signed;
  if (targetHostName === undefined && apps.length > 1) throw badOption("targetHostName", "is required");
  const app = targetHostName === undefined ? apps[0] : apps.find(({ hostName }) => hostName === targetHostName);
  if (!app) throw new Problem("forbidden", "The calling app is not a client of targetHostName.");
  return { ...placeIn(signed, app), actor: actorOf(user, [app], actor && { holder: actor }) };
};

/** Every feed of this user that the calling app may reach. */
export const placesOf = (signed: SignedIn<UnsidHolder>): readonly Place[] =>
  signed.apps.map((app) => placeIn(signed, app));

const placeIn = ({ user, actor }: SignedIn<UnsidHolder>, { hostName }: RegisteredApp): Place => {
  const feed = feedKeyOf(user, hostName);
  return { user, hostName, feed, actor: actor?.hostName === hostName ? actor : undefined };
};

/** The feed that knows this notification, be it as a tombstone. Throws `not-found` when none does; asks nobody when there is only one. */
export const placeOf = async (
  use: { readonly feed: Pick<Feed, "findAny"> },
  signed: SignedIn<UnsidHolder>,
  id: NotificationId,
): Promise<Place> => {
  const [only, ...others] = placesOf(signed);
  if (only && others.length === 0) return only;
  const found = await Promise.all(
    placesOf(signed).map(async (place) => ((await use.feed.findAny(place.feed, id)) ? [place] : [])),
  );
  const [place] = found.flat();
  if (!place) throw notFound();
  return place;
};

/** One sentence for every reason, so that nobody can probe for other people's ids. */
export const notFound = (): Problem =>
  new Problem("not-found", "There is no such notification: it is unknown, deleted or expired.");
