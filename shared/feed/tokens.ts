import type { DataCipher } from "../data-keys.ts";
import type { FeedKey } from "../feed-key.ts";
import type { NotificationId } from "../notification/notification.ts";
import type { Mark } from "./mark.ts";

/** What the opaque tokens of the feed's answers say, by their purpose. */
export type TokenContents = {
  /** `$skiptoken` of a list: it goes on after this notification. */
  readonly list: { readonly after: NotificationId };
  /** `$skiptoken` of mark-all, likewise. */
  readonly "mark-all": { readonly after: NotificationId };
  /** `$skiptoken` of a delta: the rest of a pass. */
  readonly "delta-page": { readonly since: Mark; readonly until: Mark };
  /** `$deltatoken`: where the next pass begins. */
  readonly delta: { readonly since: Mark };
};
export type TokenPurpose = keyof TokenContents;

/** Where a token is of use: in this feed alone, and with this `$filter` alone if it goes on with a filtered list. */
export type TokenPlace = { readonly feed: FeedKey; readonly filter?: string | undefined };

type Use = { readonly cipher: DataCipher; readonly now: number };

/** Makes a token; `now` is the time, epoch milliseconds. Safe in a query as it is. */
export const sealToken = <Purpose extends TokenPurpose>(
  _use: Use,
  _purpose: Purpose,
  _place: TokenPlace,
  _content: TokenContents[Purpose],
): string => {
  throw new Error("To be written.");
};

/**
 * Reads a token. Throws a `Problem`: `invalid` when it is not one that was sealed for this purpose and place, to the character;
 * `gone` when it is a delta's and so old that what it does not know of may have been forgotten.
 */
export const openToken = <Purpose extends TokenPurpose>(
  _use: Use,
  _purpose: Purpose,
  _place: TokenPlace,
  _text: string,
): TokenContents[Purpose] => {
  throw new Error("To be written.");
};
