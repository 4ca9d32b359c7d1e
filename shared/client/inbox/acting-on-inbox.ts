import type { UserNotification } from "../notification.ts";
import type { InboxFilter } from "./filter.ts";
import type { InboxAct } from "./inbox-acts.ts";
import type { InboxClient } from "./inbox-client.ts";
import type { Undo } from "./undo.ts";
import type { InboxWords } from "./words.ts";

type Use = {
  readonly client: InboxClient;
  readonly words: () => InboxWords;
  readonly undo: Undo;
  readonly notifications: () => readonly UserNotification[];
  readonly unreadCount: () => number;
  /** Ids that were read under this filter. */
  readonly readHere: Set<string>;
  readonly announce: (sentence: string) => void;
  readonly showMore: () => void;
  readonly sync: () => void;
  readonly show: (filter: InboxFilter) => void;
};

/** Does what the user wants of the inbox as a whole. */
export const actingOnInbox = (use: Use): ((act: InboxAct) => void) => {
  const { client, words, undo, notifications, unreadCount, readHere, announce, showMore, sync, show } = use;

  const markAllRead = (): void => {
    if (unreadCount() === 0) return;
    for (const { id } of notifications()) readHere.add(id);
    client.markAllRead().catch(() => announce(words().failed));
    announce(words().allMarkedRead);
  };

  const takeBack = (): void => {
    if (!undo.current()?.takeBack) return;
    undo.takeBack();
    announce(words().undone);
  };

  const doing: Readonly<Record<InboxAct, () => void>> = {
    "mark-all-read": markAllRead,
    more: showMore,
    undo: takeBack,
    "try-again": sync,
    all: () => show("all"),
    unread: () => show("unread"),
    dismissed: () => show("dismissed"),
  };
  return (act) => doing[act]();
};
