import * as z from "zod";
import type { DataCipher } from "../data-keys.ts";
import type { FeedKey } from "../feed-key.ts";
import { lifetimeMaxMs, type NotificationId } from "../notification/notification.ts";
import { Problem } from "../problem.ts";
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

/** `now`: epoch milliseconds. */
type Use = { readonly cipher: DataCipher; readonly now: number };

/** Makes a token: letters, digits, `-`, `_` and `.`, some 100 of them, so that it stands in a query as it is. */
export const sealToken = <Purpose extends TokenPurpose>(
  { cipher, now }: Use,
  purpose: Purpose,
  place: TokenPlace,
  content: TokenContents[Purpose],
): string => cipher.seal(JSON.stringify([now, ...forms[purpose].print(content)]), sealedFor(purpose, place));

/**
 * Reads a token. Throws a `Problem`: `invalid` when it is not one that was sealed for this purpose and place, to the character;
 * `gone` when it is a delta's and older than the longest life of a notification, for then a deletion may have been forgotten.
 */
export const openToken = <Purpose extends TokenPurpose>(
  { cipher, now }: Use,
  purpose: Purpose,
  place: TokenPlace,
  text: string,
): TokenContents[Purpose] => {
  const { parse, isMortal } = forms[purpose];
  const [madeAt, ...content] = sealedSchema.parse(JSON.parse(opened(cipher, text, sealedFor(purpose, place))));
  if (isMortal && now - madeAt > lifetimeMaxMs) {
    throw new Problem("gone", "The token is too old: start over without a token.");
  }
  return parse(content);
};

const opened = (cipher: DataCipher, text: string, place: string): string => {
  // None of ours is nearly as long; a query may be.
  if (text.length > lengthMax) throw unknown();
  try {
    return cipher.open(text, place);
  } catch (cause) {
    throw unknown({ cause });
  }
};
const lengthMax = 1_000;

const unknown = (particulars?: { readonly cause: unknown }): Problem =>
  new Problem("invalid", "The token in the query is not one that was given out for this request.", particulars);

/** Authenticated with the token: whatever was sealed for something else does not open. JSON keeps the parts apart. */
const sealedFor = (purpose: TokenPurpose, { feed, filter }: TokenPlace): string =>
  JSON.stringify(["token", purpose, feed, filter ?? null]);

/** How the content stands in a token, behind the time at which it was made. Nothing but `sealToken` writes it, so what does not parse is our bug. */
type Form<Content> = {
  readonly print: (content: Content) => readonly unknown[];
  readonly parse: (printed: readonly unknown[]) => Content;
  /** Whether it is refused when it is old. */
  readonly isMortal: boolean;
};

const sealedSchema = z.tuple([z.number()], z.unknown());
const idSchema = z.string().transform((id) => id as NotificationId);
const afterForm: Form<{ readonly after: NotificationId }> = {
  print: ({ after }) => [after],
  parse: (printed) => ({ after: z.tuple([idSchema]).parse(printed)[0] }),
  isMortal: false,
};
const forms: { readonly [Purpose in TokenPurpose]: Form<TokenContents[Purpose]> } = {
  list: afterForm,
  "mark-all": afterForm,
  "delta-page": {
    print: ({ since, until }) => [since.epoch, since.version, until.epoch, until.version],
    parse: (printed) => {
      const [since, from, until, to] = z.tuple([z.string(), z.int(), z.string(), z.int()]).parse(printed);
      return { since: { epoch: since, version: from }, until: { epoch: until, version: to } };
    },
    isMortal: true,
  },
  delta: {
    print: ({ since }) => [since.epoch, since.version],
    parse: (printed) => {
      const [epoch, version] = z.tuple([z.string(), z.int()]).parse(printed);
      return { since: { epoch, version } };
    },
    isMortal: true,
  },
};
