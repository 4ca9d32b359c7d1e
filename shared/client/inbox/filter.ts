import type { UserNotification } from "../notification.ts";

/** What is shown: everything that was not dismissed, of that what is unread, or what was dismissed. */
export const inboxFilters = ["all", "unread", "dismissed"] as const;
export type InboxFilter = (typeof inboxFilters)[number];

/** The filter of that name; of any other name: all. */
export const filterNamed = (name: string | null): InboxFilter =>
  inboxFilters.find((filter) => filter === name) ?? "all";

type Shown = {
  readonly filter: InboxFilter;
  /** Ids that were read under this filter: they stay, for whoever opens a notification is still looking at it. */
  readonly readHere: ReadonlySet<string>;
  /** Ids that are deleted but for the chance to undo it. */
  readonly leaving: ReadonlySet<string>;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** The notifications to be shown, in the order they came. */
export const shownOf = (
  notifications: readonly UserNotification[],
  { filter, readHere, leaving, now }: Shown,
): readonly UserNotification[] =>
  notifications.filter((notification) => {
    if (leaving.has(notification.id) || isOver(notification, now)) return false;
    const isDismissed = notification.userActionState === "dismissed";
    if (filter === "dismissed") return isDismissed;
    if (isDismissed) return false;
    return filter === "all" || notification.readState === "unread" || readHere.has(notification.id);
  });

/** How many wait to be read: a dismissed one does not. */
export const unreadCount = (
  notifications: readonly UserNotification[],
  { leaving, now }: Pick<Shown, "leaving" | "now">,
): number => shownOf(notifications, { filter: "unread", readHere: new Set(), leaving, now }).length;

/** The client leaves out what is over whenever something changes; time goes on between. */
const isOver = ({ expirationDateTime }: UserNotification, now: number): boolean =>
  Date.parse(expirationDateTime) <= now;
