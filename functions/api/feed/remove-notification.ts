import type { Feed } from "../../../shared/feed/feed.ts";
import { parseNotificationId } from "../../../shared/notification/notification.ts";
import { admitWrite, identify, signedIn, type Admitting, type AsUser, type Operation } from "../call.ts";
import { conditionOf } from "./conditions.ts";
import { optionsOf } from "../options.ts";
import { notFound, placeOf } from "./place.ts";
import { tellDevices, type Telling } from "./tell-devices.ts";

type Uses = AsUser &
  Admitting &
  Telling & {
    readonly feed: Pick<Feed, "remove" | "findAny">;
  };

/** `DELETE BASE/me/notifications/{id}`: its content is gone at once; a repeat is answered alike and completes the telling (contract 4). */
export const removeNotification =
  (use: Uses): Operation =>
  async ({ request, params }) => {
    const caller = await identify(use, request);
    optionsOf(request, []);
    const isMet = conditionOf(request);
    return admitWrite(use, caller, async () => {
      const signed = await signedIn(use, caller, request.headers);
      const id = parseNotificationId(params.id ?? "");
      if (id === undefined) throw notFound();

      const place = await placeOf(use, signed, id);
      const tombstone = await use.feed.remove(place.feed, id, isMet);
      if (!tombstone) throw notFound();
      // A crash here leaves devices untold; the client had no answer, repeats, and the message is sent then.
      await tellDevices(use, place, [tombstone]);
      return { status: 204 };
    });
  };
