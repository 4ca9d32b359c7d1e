import { feedKeyOf } from "../../../shared/feed-key.ts";
import { hintKeyOf } from "../../../shared/storage/expiry-hints.table.ts";
import type { StoredRow, Tables } from "../../../shared/storage/table.ts";
import { unsidRowKey } from "../../../shared/subscription/subscription-row.ts";
import type { UnsidHolder } from "../../../shared/subscription/subscription.ts";
import { holderIn } from "../../../shared/subscription/unsids.table.ts";
import type { Surroundings } from "../surroundings.ts";
import { knownHostNames } from "./host-names.table.ts";
import type { Person, PersonsFeed } from "./person.ts";

/** A UNSID of the person; it is known by its hash alone. */
export type HeldUnsid = { readonly row: StoredRow; readonly holder: UnsidHolder };

/** Where something of a person may be. */
export type Found = { readonly feeds: readonly PersonsFeed[]; readonly unsids: readonly HeldUnsid[] };

type Asked = Pick<Surroundings, "output" | "stop"> & {
  /** The host names to keep to; none: all that are known. */
  readonly apps: readonly string[];
  /** Host names that were found before: whoever removed the last UNSID that told one knows it by this alone. */
  readonly also?: Iterable<string>;
};

/**
 * Finds a person's feeds and UNSIDs. UNSIDs lie under their own hashes, so the store goes through that table; they tell host names that
 * nobody has registered any more, too. Throws `Unavailable` when the store is.
 */
export const findPerson = async (
  tables: Tables,
  person: Person,
  { apps, also = [], output, stop }: Asked,
): Promise<Found> => {
  const known = apps.length > 0 ? apps : await knownHostNames(tables, stop);
  const unsids: HeldUnsid[] = [];
  let pages = 0;
  for await (const page of tables.unsids.withRowKey(unsidRowKey)) {
    stop.throwIfAborted();
    for (const row of page) {
      const holder = holderIn(row, () => undefined);
      if (holder && isOf(holder, person) && (apps.length === 0 || apps.includes(holder.hostName)))
        unsids.push({ row, holder });
    }
    pages += 1;
    output.progress(`Looking for the person's UNSIDs: ${unsids.length} in ${pages} pages of the table.`);
  }
  const hostNames = new Set([...known, ...also, ...unsids.map(({ holder }) => holder.hostName)]);
  return { feeds: [...hostNames].map((hostName) => ({ hostName, feed: feedKeyOf(person, hostName) })), unsids };
};

const isOf = ({ tenantId, objectId }: UnsidHolder, person: Person): boolean =>
  tenantId === person.tenantId && objectId === person.objectId;

/** The row keys of all hints that lead the purge to these feeds and UNSIDs. */
export const hintKeysOf = (feeds: readonly PersonsFeed[], unsidKeys: Iterable<string>): ReadonlySet<string> =>
  new Set([
    ...feeds.map(({ feed }) => hintKeyOf({ kind: "feed", feed })),
    ...[...unsidKeys].map((unsidKey) => hintKeyOf({ kind: "unsid", unsidKey })),
  ]);
