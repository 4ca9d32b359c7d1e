import type { DataCipher } from "../../../shared/data-keys.ts";
import { changeEntityOf } from "../../../shared/feed/entity.ts";
import type { Feed } from "../../../shared/feed/feed.ts";
import type { FetchMarks } from "../../../shared/feed/fetch-marks.ts";
import { etagOf } from "../../../shared/feed/mark.ts";
import { openToken, sealToken } from "../../../shared/feed/tokens.ts";
import type { Reads } from "../../../shared/throttle/reads.ts";
import { identify, signedIn, type AsUser, type Operation } from "../call.ts";
import { notificationsContext, odataHeaders } from "../odata.ts";
import { noteFetched } from "./note-fetched.ts";
import { badOption, linkTo, optionsOf, topOf, type Options } from "../options.ts";
import { pageInTime, type LiveWaitUses } from "./live-wait.ts";
import { placeMeant, type Place } from "./place.ts";

type Uses = AsUser &
  LiveWaitUses & {
    readonly reads: Reads;
    readonly fetchMarks: Pick<FetchMarks, "fetched">;
    readonly cipher: DataCipher;
  };

const topDefault = 100;

/**
 * `GET BASE/me/notifications/delta`: what changed since `$deltatoken`, or all there is, in the order of the changes (contract 4).
 * The pages of one pass hang together by `@odata.nextLink`; the last one has the `@odata.deltaLink` of the next pass, and as its ETag
 * the state of the feed that the client now has: what the `baseETag` of a push is compared with (contract 5). A client that asks with
 * `Prefer: wait` hears of a change when it is made. That is one read, however long it takes.
 */
export const deltaOfNotifications =
  (use: Uses): Operation =>
  async ({ request, base }) => {
    const caller = await identify(use, request);
    const options = optionsOf(request, ["$top", "$deltatoken", "$skiptoken"]);
    const top = topOf(options, topDefault);
    if (options.$deltatoken !== undefined && options.$skiptoken !== undefined) {
      throw badOption("$deltatoken", "must not be given together with $skiptoken");
    }
    const place = placeMeant(await signedIn(use, caller, request.headers), options.targetHostName);
    const from = passOf({ cipher: use.cipher, now: use.clock.now() }, place, options);
    use.reads.count(place.feed);

    const { page, applied, heldMs } = await pageInTime(use, request, place.feed, { top, ...from });
    const { changes, reached, until, isLast } = page;
    await noteFetched(
      use,
      place,
      changes.flatMap((change) => ("payload" in change && change.status !== "deleted" ? [change] : [])),
    );
    const now = use.clock.now();
    const tokens = { cipher: use.cipher, now };
    const linkWith = (token: Readonly<Record<string, string>>): string =>
      linkTo(`${base}/me/notifications/delta`, { targetHostName: place.hostName, $top: options.$top, ...token });
    return {
      status: 200,
      headers: {
        ...odataHeaders,
        ...(isLast && { ETag: etagOf(reached) }),
        ...(applied !== undefined && { "Preference-Applied": applied }),
      },
      ...(heldMs !== undefined && { heldMs }),
      body: {
        "@odata.context": `${notificationsContext(base, place.user)}/$delta`,
        value: changes.map((change) => changeEntityOf(change, now)),
        ...(isLast
          ? { "@odata.deltaLink": linkWith({ $deltatoken: sealToken(tokens, "delta", place, { since: reached }) }) }
          : {
              "@odata.nextLink": linkWith({
                $skiptoken: sealToken(tokens, "delta-page", place, { since: reached, until }),
              }),
            }),
      },
    };
  };

/** Where this page begins, and the pass ends if it has begun: from the token that was given, or from the very beginning. */
const passOf = (
  tokens: Parameters<typeof openToken>[0],
  { feed }: Place,
  { $deltatoken, $skiptoken }: Options<"$deltatoken" | "$skiptoken">,
): Partial<Pick<Parameters<Feed["delta"]>[1], "since" | "until">> => {
  if ($skiptoken !== undefined) return openToken(tokens, "delta-page", { feed }, $skiptoken);
  return $deltatoken === undefined ? {} : openToken(tokens, "delta", { feed }, $deltatoken);
};
