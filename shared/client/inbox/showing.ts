import type { UserNotification } from "../notification.ts";
import { shownOf, unreadCount, type InboxFilter } from "./filter.ts";

/** Which of a client's notifications stand in the list: what the filter lets through, the user did here, and there is room for. */
export type Showing = {
  /** What the list shows now, and how many more there would be. */
  readonly now: () => { readonly shown: readonly UserNotification[]; readonly hidden: number };
  readonly unreadCount: () => number;
  /** Makes room for more; returns the place of the first of them. */
  readonly showMore: () => number;
  /** Makes room for a notification; returns its place, -1 when the filter does not let it through. */
  readonly makeRoomFor: (id: string) => number;
  /** Begins anew, for another filter. */
  readonly startOver: () => void;
  /** Ids that are deleted but for the chance to undo it. */
  readonly leaving: Set<string>;
  /** Ids that were read under this filter. */
  readonly readHere: Set<string>;
};

/** So many rows at first and with each "show more": enough for a few screens, and quick to lay out. */
const rowsAtOnce = 50;

export const newShowing = (of: {
  readonly notifications: () => readonly UserNotification[];
  readonly filter: () => InboxFilter;
}): Showing => {
  const leaving = new Set<string>();
  const readHere = new Set<string>();
  let rowsMax = rowsAtOnce;
  const all = (): readonly UserNotification[] =>
    shownOf(of.notifications(), { filter: of.filter(), readHere, leaving, now: Date.now() });
  return {
    now: () => {
      const through = all();
      return { shown: through.slice(0, rowsMax), hidden: Math.max(0, through.length - rowsMax) };
    },
    unreadCount: () => unreadCount(of.notifications(), { leaving, now: Date.now() }),
    showMore: () => {
      rowsMax += rowsAtOnce;
      return rowsMax - rowsAtOnce;
    },
    makeRoomFor: (id) => {
      const place = all().findIndex((one) => one.id === id);
      rowsMax = Math.max(rowsMax, place + 1);
      return place;
    },
    startOver: () => {
      readHere.clear();
      rowsMax = rowsAtOnce;
    },
    leaving,
    readHere,
  };
};
