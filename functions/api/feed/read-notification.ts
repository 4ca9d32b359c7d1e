import type { Clock } from "../../../shared/clock.ts";
import type { Feed } from "../../../shared/feed/feed.ts";
import type { FetchMarks } from "../../../shared/feed/fetch-marks.ts";
import { parseNotificationId } from "../../../shared/notification/notification.ts";
import type { Reads } from "../../../shared/throttle/reads.ts";
import { identify, signedIn, type AsUser, type Operation } from "../call.ts";
import { entityAnswer } from "./entity-answer.ts";
import { noteFetched } from "./note-fetched.ts";
import { optionsOf } from "../options.ts";
import { notFound, placesOf } from "./place.ts";

type Uses = AsUser & {
  readonly reads: Reads;
  readonly feed: Pick<Feed, "find">;
  readonly fetchMarks: Pick<FetchMarks, "fetched">;
  readonly clock: Clock;
};

/** `GET BASE/me/notifications/{id}` and `BASE/me/activities/{id}`: one notification of the signed-in user (contract 4). */
export const readNotification =
  (use: Uses): Operation =>
  async ({ request, params }) => {
    const caller = await identify(use, request);
    optionsOf(request, []);
    const signed = await signedIn(use, caller, request.headers);
    const id = parseNotificationId(params.id ?? "");

    // An id does not say its host name. Nearly every app is a client of one only.
    for (const place of placesOf(signed)) {
      use.reads.count(place.feed);
      const notification = id && (await use.feed.find(place.feed, id));
      if (!notification) continue;
      await noteFetched(use, place, [notification]);
      return entityAnswer(notification, use.clock.now());
    }
    throw notFound();
  };
