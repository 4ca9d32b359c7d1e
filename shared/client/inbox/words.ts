import type { InboxFilter } from "./filter.ts";

/** Everything the inbox says. An app in another language sets its own: `inbox.words = {...}`, all of it or in parts. */
export type InboxWords = {
  readonly heading: string;
  readonly unread: (count: number) => string;
  readonly show: string;
  readonly filters: Readonly<Record<InboxFilter, string>>;
  readonly empty: Readonly<Record<InboxFilter, string>>;
  readonly markAllRead: string;
  readonly allMarkedRead: string;
  readonly markRead: string;
  readonly markUnread: string;
  readonly dismiss: string;
  readonly restore: string;
  readonly delete: string;
  readonly isUnread: string;
  readonly isUrgent: string;
  readonly isSnoozed: string;
  readonly untitled: string;
  /** After the headline of a link, for those who do not see that it leads out. */
  readonly opensElsewhere: string;
  readonly expires: (relativeTime: string) => string;
  readonly showAll: string;
  readonly showLess: string;
  readonly more: (hidden: number) => string;
  readonly dismissed: (headline: string) => string;
  readonly deleted: (headline: string) => string;
  readonly undo: string;
  readonly undoHint: string;
  readonly undone: string;
  readonly news: (count: number, headline: string) => string;
  readonly loading: string;
  readonly signedOut: string;
  readonly offline: string;
  readonly unreachable: string;
  readonly unsent: (count: number) => string;
  readonly unauthorized: string;
  readonly forbidden: string;
  readonly throttled: (seconds: number) => string;
  readonly failed: string;
  readonly refused: string;
  readonly tryAgain: string;
};

export const englishInboxWords: InboxWords = {
  heading: "Notifications",
  unread: (count) => `${count} unread`,
  show: "Show",
  filters: { all: "Inbox", unread: "Unread", dismissed: "Dismissed" },
  empty: {
    all: "Nothing here yet. New notifications appear by themselves.",
    unread: "You have read everything.",
    dismissed: "Nothing has been dismissed.",
  },
  markAllRead: "Mark all read",
  allMarkedRead: "Everything is marked as read.",
  markRead: "Mark as read",
  markUnread: "Mark as unread",
  dismiss: "Dismiss",
  restore: "Move back to the inbox",
  delete: "Delete",
  isUnread: "Unread",
  isUrgent: "Urgent",
  isSnoozed: "Snoozed",
  untitled: "Notification without text",
  opensElsewhere: "opens in a new tab",
  expires: (relativeTime) => `Expires ${relativeTime}`,
  showAll: "Show all of it",
  showLess: "Show less",
  more: (hidden) => `Show more (${hidden} older)`,
  dismissed: (headline) => `Dismissed: ${headline}`,
  deleted: (headline) => `Deleted: ${headline}`,
  undo: "Undo",
  undoHint: "Control Z brings it back.",
  undone: "It is back.",
  news: (count, headline) => (count === 1 ? `New notification: ${headline}` : `${count} new notifications`),
  loading: "Loading notifications…",
  signedOut: "Sign in to see your notifications.",
  offline: "You are offline.",
  unreachable: "The notification service cannot be reached.",
  unsent: (count) =>
    count === 0
      ? "What you do here is kept and sent when it can be."
      : `${count === 1 ? "1 change waits" : `${count} changes wait`} to be sent.`,
  unauthorized: "Your sign-in has ended. Sign in again to see what is new.",
  forbidden: "You are not allowed to see these notifications.",
  throttled: (seconds) => `The service is busy. Trying again in ${seconds === 1 ? "a second" : `${seconds} seconds`}.`,
  failed: "Something went wrong at the notification service.",
  refused: "The service does not allow that. It is as it was before.",
  tryAgain: "Try again",
};
