import type { Clock } from "../../../shared/clock.ts";
import type { DataCipher } from "../../../shared/data-keys.ts";
import { entityOf } from "../../../shared/feed/entity.ts";
import type { Feed } from "../../../shared/feed/feed.ts";
import type { FetchMarks } from "../../../shared/feed/fetch-marks.ts";
import { parseFilter } from "../../../shared/feed/filter.ts";
import { openToken, sealToken } from "../../../shared/feed/tokens.ts";
import type { Reads } from "../../../shared/throttle/reads.ts";
import { identify, signedIn, type AsUser, type Operation } from "../call.ts";
import { notificationsContext, odataHeaders } from "../odata.ts";
import { noteFetched } from "./note-fetched.ts";
import { linkTo, optionsOf, topOf } from "../options.ts";
import { placeMeant } from "./place.ts";

type Uses = AsUser & {
  readonly reads: Reads;
  readonly feed: Pick<Feed, "list">;
  readonly fetchMarks: Pick<FetchMarks, "fetched">;
  readonly cipher: DataCipher;
  readonly clock: Clock;
};

const topDefault = 20;

/** `GET BASE/me/notifications`: the user's notifications of one host name, newest first, page by page (contract 4). */
export const listNotifications =
  (use: Uses): Operation =>
  async ({ request, base }) => {
    const caller = await identify(use, request);
    const { targetHostName, $top, $filter, $skiptoken } = optionsOf(request, ["$top", "$filter", "$skiptoken"]);
    const top = topOf({ $top }, topDefault);
    const matches = $filter === undefined ? () => true : parseFilter($filter);
    const place = placeMeant(await signedIn(use, caller, request.headers), targetHostName);
    const now = use.clock.now();
    const tokens = { cipher: use.cipher, now };
    const tokenPlace = { feed: place.feed, filter: $filter };
    const from = $skiptoken === undefined ? {} : openToken(tokens, "list", tokenPlace, $skiptoken);
    use.reads.count(place.feed);

    const { notifications, next } = await use.feed.list(place.feed, { top, matches, ...from });
    await noteFetched(use, place, notifications);
    const nextLink = (after: NonNullable<typeof next>): string =>
      linkTo(`${base}/me/notifications`, {
        targetHostName: place.hostName,
        $top,
        $filter,
        $skiptoken: sealToken(tokens, "list", tokenPlace, { after }),
      });
    return {
      status: 200,
      headers: odataHeaders,
      body: {
        "@odata.context": notificationsContext(base, place.user),
        value: notifications.map((notification) => entityOf(notification, now)),
        ...(next !== undefined && { "@odata.nextLink": nextLink(next) }),
      },
    };
  };
