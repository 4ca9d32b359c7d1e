import { feedReads, type ReadsUse } from "./feed-reads.table.ts";
import { feedWrites, type WritesUse } from "./feed-writes.table.ts";
import { feedPreview } from "./preview.table.ts";

/** Feeds in the table `feeds`: how they are read, how they are written, and what a write would come to have a file each. */
export const tableFeed = (use: ReadsUse & WritesUse) => ({
  ...feedReads(use),
  ...feedWrites(use),
  ...feedPreview(use),
});
