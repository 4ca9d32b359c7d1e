import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { DataCipher } from "../data-keys.ts";
import type { FeedKey } from "../feed-key.ts";
import type { Pause } from "../storage/decided-anew.ts";
import type { Report } from "../report.ts";
import type { ExpiryHints, UnsidHints } from "../storage/expiry-hints.table.ts";
import { RowConflict, type Row, type StoredRow, type Table } from "../storage/table.ts";
import { subscriptionsFrom, type UnsidPlace } from "./subscription-row.ts";
import type { SubscriptionId, UnsidHolder } from "./subscription.ts";
import type { VapidKeyIds } from "./vapid-key.ts";

/** Where subscriptions and their UNSIDs are kept, and by what rules. */
export type SubscriptionsUse = {
  readonly feeds: Table;
  readonly unsids: Table;
  readonly hints: ExpiryHints & UnsidHints;
  readonly cipher: DataCipher;
  readonly clock: Clock;
  /** The feed's head row (`shared/feed`): its key, and what it is before anything was written to the feed. */
  readonly head: { readonly rowKey: string; readonly empty: (feed: FeedKey) => Row };
  /** Live subscriptions a feed may have. */
  readonly perFeed: number;
  /** The VAPID keys a browser's channel may be bound to. */
  readonly vapidKeys: VapidKeyIds;
  /** Told, once, of rows that cannot be read or opened. */
  readonly report: Report;
  /** Between attempts that lose a race; a simulation's own. */
  readonly pause?: Pause;
};

const holderSchema = z.object({
  subscriptionId: z.string(),
  tenantId: z.string(),
  objectId: z.string(),
  principalName: z.string(),
  hostName: z.string(),
});

type Held = Omit<UnsidHolder, "subscriptionId"> & { readonly row: Row; readonly expiresAt: number };

/** The row that says whose a UNSID is. JSON, for a name may hold what no column takes. */
export const holderRow = (place: UnsidPlace, { row, expiresAt, ...whose }: Held): Row => {
  const holder = { subscriptionId: row.rowKey.slice(subscriptionsFrom.length), ...whose };
  return { ...place, holder: JSON.stringify(holder), expiresAt: new Date(expiresAt) };
};

/** Reads it. Undefined, and reported, when it is malformed. */
export const holderIn = (row: StoredRow, report: Report): UnsidHolder | undefined => {
  try {
    const { subscriptionId, ...holder } = holderSchema.parse(JSON.parse(String(row.holder)));
    return { ...holder, subscriptionId: subscriptionId as SubscriptionId };
  } catch {
    report('A row of the table "unsids" is malformed: its UNSID names nobody until its device renews.');
    return undefined;
  }
};

/** Deletes a row whatever its version; it may be gone already. */
export const deleteIfThere = async (table: Table, place: UnsidPlace): Promise<void> => {
  try {
    await table.write({ kind: "delete", ...place });
  } catch (error) {
    if (!(error instanceof RowConflict)) throw error;
  }
};
