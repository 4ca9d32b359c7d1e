import type { UserNotification } from "../notification.ts";
import { cutText } from "./cut-text.ts";
import { rowOf } from "./row.ts";
import type { InboxWords } from "./words.ts";

/** A headline that is read aloud: its beginning, on one line. */
export const spoken = (headline: string): string => cutText(headline.replace(/\s+/gu, " "), 120);

/** What a notification is called when it is spoken of. */
export const spokenHeadlineOf = (notification: UserNotification, { untitled }: InboxWords): string =>
  spoken(rowOf(notification, untitled).headline);
