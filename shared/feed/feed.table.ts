import { feedReads, type ReadsUse } from "./feed-reads.table.ts";
import { feedWrites, type WritesUse } from "./feed-writes.table.ts";

/** Feeds in the table `feeds`: how they are read and how they are written have a file each. */
export const tableFeed = (use: ReadsUse & WritesUse) => ({ ...feedReads(use), ...feedWrites(use) });
