import type { FeedKey } from "../../../shared/feed-key.ts";
import { tableFeed } from "../../../shared/feed/feed.table.ts";
import type { Feed, Page } from "../../../shared/feed/feed.ts";
import { newNotificationId, type Notification } from "../../../shared/notification/notification.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { countingTable } from "../../support/counting-table.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { draftOf, handClock, newFeed, rowsOf, start } from "./samples.ts";

/** Nobody is refused here: these tests are about what is read. */
const unlimited = { per5Minutes: 1_000_000, perDay: 1_000_000 };

/** A feed as an instance of the service sees it that keeps its rows in this table. */
export const feedOver = (feeds: Table, clock = handClock()): Feed & { clock: typeof clock } => ({
  clock,
  ...tableFeed({ feeds, hints: tableExpiryHints(memoryTable()), clock, limits: unlimited }),
});

/** A feed in a table of its own, which counts what it is asked. */
export const feedInMemory = () => {
  const table = countingTable(memoryTable());
  const feed: FeedKey = newFeed();
  return {
    ...feedOver(table),
    table,
    feed,
    keys: async (prefix = ""): Promise<string[]> => (await rowsOf(table, feed, prefix)).map(({ rowKey }) => rowKey),
  };
};
export type FeedInMemory = ReturnType<typeof feedInMemory>;

/** Fills the feed with so many notifications, oldest first; a large one over hours, lest the head count thousands of writes at once. */
export const fill = async (
  { accept, feed, clock }: Pick<FeedInMemory, "accept" | "feed" | "clock">,
  count: number,
  more: (index: number) => Parameters<typeof draftOf>[0] = () => ({}),
): Promise<Pick<Notification, "id" | "version">[]> => {
  const made: Pick<Notification, "id" | "version">[] = [];
  for (let index = 0; index < count; index += 1) {
    clock.at += count > 100 ? 10_000 : 1;
    const draft = draftOf({ appNotificationId: `order-${index}`, ...more(index) });
    made.push((await accept(feed, draft)).notification);
  }
  return made;
};

export const versionsOf = ({ notifications }: Page): number[] => notifications.map(({ version }) => version);

/** An id that nobody was given. */
export const nobody = newNotificationId(start);
