import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import type { NotificationId } from "../notification/notification.ts";
import { reportOnce, type Report } from "../report.ts";
import { chunked, joined } from "../storage/chunks.ts";
import { decidedAnew, type Pause } from "../storage/decided-anew.ts";
import type { Row, StoredRow, Table } from "../storage/table.ts";
import type { SubscriptionId } from "../subscription/subscription.ts";
import { nothingTold, outcomeKinds, type Ledger, type Ledgers, type Told } from "./ledger.ts";
import { crossedIn, mergeTold, reopened } from "./merge-told.ts";

const attemptSchema = z.object({
  outcome: z.enum(outcomeKinds),
  reason: z.string().exactOptional(),
  at: z.number(),
});
const entriesSchema = z.record(
  z.string(),
  attemptSchema.extend({
    subscriptionId: z.string().transform((id) => id as SubscriptionId),
    told: z.int(),
    version: z.int(),
    attempts: z.int(),
    notBefore: z.number().exactOptional(),
    earlier: z.array(attemptSchema).exactOptional(),
  }),
);
/** Rows that were written before there were alerts have none. */
const toldSchema = z.object({ content: entriesSchema, tap: entriesSchema, fallback: entriesSchema.default({}) });

type Uses = {
  readonly deliveries: Table;
  readonly clock: Clock;
  /** Between attempts that lose a race; a simulation's own. */
  readonly pause?: Pause;
  /** Told once of what could not be read. */
  readonly report?: Report;
};

/**
 * The ledger in the table `deliveries`: PartitionKey the feed, RowKey the notification's id, one JSON text in chunks. A row that cannot be
 * read, another build's perhaps, is reported and counts as empty: a device may ring once more, which is better than never.
 */
export const tableLedgers = ({ report = () => undefined, ...use }: Uses): Ledgers => {
  const told = reportOnce(report);
  const find = async (feed: FeedKey, id: NotificationId): Promise<Ledger> =>
    ledgerOf(await use.deliveries.find(feed, id), told);
  return {
    read: find,

    record: (feed, id, { read: before, made, expiresAt }) => {
      let now: Ledger | undefined = before;
      // Over all attempts: one whose answer was lost may have written, and hides from the next whom it crossed.
      const crossed = new Set<string>();
      const attempt = async (): Promise<ReadonlySet<string>> => {
        now ??= await find(feed, id);
        const { mark: ifMatch } = now;
        const merge = { before, now, made };
        for (const channelTag of crossedIn(merge)) crossed.add(channelTag);
        const text = chunked("told", JSON.stringify(reopened(mergeTold(merge), made, crossed)));
        const row: Row = { partitionKey: feed, rowKey: id, expiresAt: new Date(expiresAt), ...text };
        now = undefined; // another attempt means that another run wrote: read again, keep both
        await use.deliveries.write(ifMatch === undefined ? { kind: "insert", row } : { kind: "replace", row, ifMatch });
        return crossed;
      };
      return decidedAnew("The ledger", attempt, use);
    },
  };
};

const ledgerOf = (row: StoredRow | undefined, report: Report): Ledger =>
  row ? { mark: row.etag, ...toldIn(row, report) } : { mark: undefined, ...nothingTold };

/** What a row of the table says. One that cannot be read is reported, and says that nobody was told. */
export const toldIn = (row: StoredRow, report: Report): Told => {
  const read = toldSchema.safeParse(jsonOf(joined("told", row)));
  if (read.success) return read.data;
  report('A ledger in the table "deliveries" is malformed and counts as empty: who was told may be told once more.');
  return nothingTold;
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
