import type { DataCipher } from "../../../shared/data-keys.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import type { Feed } from "../../../shared/feed/feed.ts";
import { changesMax, parseManyChange } from "../../../shared/feed/parse-change.ts";
import { openToken, sealToken } from "../../../shared/feed/tokens.ts";
import {
  parseNotificationId,
  type Notification,
  type NotificationId,
  type StateChange,
} from "../../../shared/notification/notification.ts";
import { Problem } from "../../../shared/problem.ts";
import { encodingOf, readJson } from "../body.ts";
import { admitWrite, identify, signedIn, type Admitting, type AsUser, type Operation } from "../call.ts";
import { odataHeaders } from "../odata.ts";
import { badOption, linkTo, optionsOf } from "../options.ts";
import { placeMeant, type Place } from "./place.ts";
import { tellDevices, type Telling } from "./tell-devices.ts";

type Uses = AsUser &
  Admitting &
  Telling & {
    readonly feed: Pick<Feed, "change" | "list">;
    readonly cipher: DataCipher;
  };

/** What one call marked: the result of each id, what devices are to be told of, and where `all` goes on. */
type Came = {
  readonly results: readonly { readonly id: string; readonly status: 200 | 404 }[];
  readonly about: readonly Notification[];
  readonly next?: NotificationId | undefined;
};

/** `PATCH BASE/me/notifications`: marks many at once (contract 4). It counts as one write, and rings each device once. */
export const changeNotifications =
  (use: Uses): Operation =>
  async ({ request, base }) => {
    const caller = await identify(use, request);
    const { targetHostName, $skiptoken } = optionsOf(request, ["$skiptoken"]);
    refuseConditions(request.headers);
    encodingOf(request.headers);
    return admitWrite(use, caller, async () => {
      const { change, marked } = parseManyChange(await readJson(request));
      if (marked.kind === "ids" && $skiptoken !== undefined) throw badOption("$skiptoken", "is for all, not for ids");
      const place = placeMeant(await signedIn(use, caller, request.headers), targetHostName);
      const tokens = { cipher: use.cipher, now: use.clock.now() };
      const from = $skiptoken === undefined ? {} : openToken(tokens, "mark-all", place, $skiptoken);

      const { results, about, next } =
        marked.kind === "ids"
          ? await markThese(use, place, change, marked.ids)
          : await markAll(use, place, change, from);
      // A crash here leaves devices untold; the client had no answer, repeats, and the message is sent then.
      await tellDevices(use, place, about);
      const nextLink = (after: NotificationId): string =>
        linkTo(`${base}/me/notifications`, {
          targetHostName: place.hostName,
          $skiptoken: sealToken(tokens, "mark-all", place, { after }),
        });
      return {
        status: 200,
        headers: odataHeaders,
        body: { value: results, ...(next !== undefined && { "@odata.nextLink": nextLink(next) }) },
      };
    });
  };

/** With nothing to change, and nobody live, it is answered 200, and so it is a write of the user's like any other. */
const countsAlways = { countsAlways: true };

/** Each by the id it was asked by, in that order, also those that were asked for twice. */
const markThese = async (use: Uses, { feed }: Place, change: StateChange, asked: readonly string[]): Promise<Came> => {
  const known = new Set(asked.map(parseNotificationId).filter((id) => id !== undefined));
  const changed = await markOldestFirst(use, feed, change, [...known]);
  const statusOf = (id: NotificationId | undefined) => (id !== undefined && changed.has(id) ? 200 : 404);
  const results = asked.map((id) => ({ id, status: statusOf(parseNotificationId(id)) }) as const);
  return { results, about: [...changed.values()] };
};

/**
 * The newest comes last, so that its version is the highest: the message to the devices names it, and ends with it. As a rule it
 * lives longest, and the devices are to hear of all the others as well.
 */
const markOldestFirst = async (
  use: Uses,
  feed: FeedKey,
  change: StateChange,
  ids: readonly NotificationId[],
): Promise<ReadonlyMap<NotificationId, Notification>> => {
  const changed = await use.feed.change(feed, ids.toSorted(), change, countsAlways);
  return new Map(changed.flatMap((one) => (one ? [[one.id, one]] : [])));
};

/**
 * The newest that are not in that state yet. Those that are, on the way, count among what the call is about: when a crash left the
 * devices untold, the repeat finds everything done and must send the message all the same.
 */
const markAll = async (
  use: Uses,
  { feed }: Place,
  change: StateChange,
  from: { readonly after?: NotificationId },
): Promise<Came> => {
  const alreadySo: Notification[] = [];
  const matches = (notification: Notification): boolean => {
    const isSo = isIn(change, notification);
    if (isSo) alreadySo.push(notification);
    return !isSo;
  };
  const { notifications, next } = await use.feed.list(feed, { top: changesMax, matches, ...from });
  const ids = notifications.map(({ id }) => id);
  const changed = await markOldestFirst(use, feed, change, ids);
  return {
    results: ids.map((id) => ({ id, status: changed.has(id) ? 200 : 404 })),
    about: [...alreadySo, ...changed.values()],
    next,
  };
};

const isIn = ({ readState, userActionState }: StateChange, notification: Notification): boolean =>
  (readState ?? notification.readState) === notification.readState &&
  (userActionState ?? notification.userActionState) === notification.userActionState;

/** Many notifications have no ETag in common (RFC 9110, section 13.1.1): `*` is always met, any other one never. */
const refuseConditions = (headers: Headers): void => {
  const condition = headers.get("if-match");
  if (condition === null || condition.trim() === "*") return;
  throw new Problem("precondition-failed", "There is no ETag of many notifications: If-Match can only be *.");
};
