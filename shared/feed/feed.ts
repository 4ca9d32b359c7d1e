import type { FeedKey } from "../feed-key.ts";
import type { Notification, NotificationDraft, NotificationId } from "../notification/notification.ts";
import type { Accepted } from "./accept.ts";

/** The port to one user's notifications of one host name. All methods throw `Unavailable` when the store is. */
export type Feed = {
  /** Stores a notification, or replaces the live one of the same appNotificationId, in one transaction with the feed's version. */
  readonly accept: (feed: FeedKey, draft: NotificationDraft) => Promise<Accepted>;
  /** The notification, or undefined when it is unknown or expired. */
  readonly find: (feed: FeedKey, id: NotificationId) => Promise<Notification | undefined>;
};
