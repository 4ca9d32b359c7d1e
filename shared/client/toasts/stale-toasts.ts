import type { UserNotification } from "../notification.ts";
import { isUnseen } from "../unseen.ts";
import type { ToastMark } from "./toast.ts";

/** How long the toast that says nothing stays. Firefox looks three seconds after a push whether anything is to be seen. */
export const nothingNewMs = 5_000;

export type Knowledge = {
  /** What the user has, own edits laid over; expired and deleted are not in it. */
  readonly view: readonly UserNotification[];
  /** The view was read from the service just now: what it does not have, nobody has. */
  readonly isCurrent: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/** Whether a toast has no business on the screen any more: its notification was seen to anywhere, or is gone. */
export const isStale = (mark: ToastMark, { view, isCurrent, now }: Knowledge): boolean => {
  switch (mark.kind) {
    case "nothing-new":
      return now - mark.shownAt >= nothingNewMs;
    case "something-new":
      return isCurrent;
    case "notification": {
      const known = view.find(({ id }) => id === mark.notification.id);
      if (known) return !isStillToBeShown(known);
      return isCurrent || !mark.isUnchecked || Date.parse(mark.notification.expirationDateTime) <= now;
    }
  }
};

/** A snoozed one the app has shown again at its own time, so it stays until something else is done about it. */
const isStillToBeShown = (notification: UserNotification): boolean =>
  isUnseen(notification) || (notification.readState === "unread" && notification.userActionState === "snoozed");
