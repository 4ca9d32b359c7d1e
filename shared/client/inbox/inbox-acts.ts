import { inboxFilters } from "./filter.ts";

/** What a user does with the inbox as a whole; the control that does it carries the word in `data-control`. A filter's word chooses it. */
export const inboxActs = ["mark-all-read", "more", "undo", "try-again", ...inboxFilters] as const;
export type InboxAct = (typeof inboxActs)[number];
