import { admit } from "../throttle/usage.ts";
import { acceptDraft } from "./accept.ts";
import type { Feed } from "./feed.ts";
import { tooManyWrites } from "./full-feeds.ts";
import { newHead } from "./new-head.ts";
import { aliasKey, aliasOf, headKey, headOf } from "./rows.ts";
import type { WriteTurnsUse } from "./write-turns.table.ts";

type PreviewUse = Pick<WriteTurnsUse, "feeds" | "clock" | "limits">;

/** What a POST would come to, from the two rows that its decision is made on. Another writer may be first: this is a look, no promise. */
export const feedPreview = ({ feeds, clock, limits }: PreviewUse): Pick<Feed, "preview"> => ({
  preview: async (feed, draft) => {
    const [headFound, aliasFound] = await Promise.all([
      feeds.find(feed, headKey),
      feeds.find(feed, aliasKey(draft.appNotificationId)),
    ]);
    const head = headFound ? headOf(headFound) : newHead(0);
    const now = Math.max(clock.now(), head.at);
    const admission = admit(head.usage, limits, now);
    if (admission.kind === "full") throw tooManyWrites(admission.until, clock.now());
    return acceptDraft(draft, { head, alias: aliasFound && aliasOf(aliasFound) }, now);
  },
});
