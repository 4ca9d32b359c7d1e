import type { FeedKey } from "../feed-key.ts";
import type { Table } from "../storage/table.ts";
import { beginning, type Mark } from "./mark.ts";
import { headKey, headOf } from "./rows.ts";

/** The state each feed is at, by its head alone: one small read. Throws `Unavailable` when the store is. */
export const tableHeadMarks =
  ({ feeds }: { readonly feeds: Pick<Table, "find"> }) =>
  async (feed: FeedKey): Promise<Mark> => {
    const head = await feeds.find(feed, headKey);
    return head ? headOf(head) : beginning;
  };
