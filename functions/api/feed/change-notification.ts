import type { Feed } from "../../../shared/feed/feed.ts";
import { parseChange } from "../../../shared/feed/parse-change.ts";
import { parseNotificationId } from "../../../shared/notification/notification.ts";
import { encodingOf, readJson } from "../body.ts";
import { admitWrite, identify, signedIn, type Admitting, type AsUser, type Operation } from "../call.ts";
import { entityAnswer } from "./entity-answer.ts";
import { conditionOf } from "./conditions.ts";
import { optionsOf } from "../options.ts";
import { notFound, placeOf } from "./place.ts";
import { tellDevices, type Telling } from "./tell-devices.ts";

type Uses = AsUser &
  Admitting &
  Telling & {
    readonly feed: Pick<Feed, "change" | "findAny">;
  };

/** `PATCH BASE/me/notifications/{id}`: the user has read it, acted on it, or not after all (contract 4). The order of the checks is 2.5's. */
export const changeNotification =
  (use: Uses): Operation =>
  async ({ request, params }) => {
    const caller = await identify(use, request);
    optionsOf(request, []);
    const isMet = conditionOf(request);
    encodingOf(request.headers);
    return admitWrite(use, caller, async () => {
      const change = parseChange(await readJson(request));
      const signed = await signedIn(use, caller, request.headers);
      const id = parseNotificationId(params.id ?? "");
      if (id === undefined) throw notFound();

      const place = await placeOf(use, signed, id);
      const [changed] = await use.feed.change(place.feed, [id], change, isMet && { isMet });
      if (!changed) throw notFound();
      // A crash here leaves devices untold; the client had no answer, repeats, and the message is sent then.
      await tellDevices(use, place, [changed]);
      return entityAnswer(changed, use.clock.now());
    });
  };
