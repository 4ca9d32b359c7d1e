import type { UserNotification } from "../notification.ts";
import { isSameContent } from "../with-known.ts";
import { isUnseen } from "../unseen.ts";
import type { ToastMark } from "./toast.ts";

export type Closing = {
  readonly mark: ToastMark;
  readonly account: string;
  readonly view: readonly UserNotification[];
  /** A toast of the same tag is on the screen, or about to be: this one was replaced. */
  readonly isReplaced: boolean;
  /** The platform says so only when a person did it; see `isClosedByPerson`. */
  readonly isByPerson: boolean;
};

/**
 * Whether a closed toast means that its user has dismissed the notification. Told by the state, not by who called what: Firefox fires
 * `notificationclose` for our own `close()`, for a toast that is replaced and for one that is clicked, too, and the worker that called may
 * have been restarted since. We only ever close what is seen to or gone, so a notification that is still unseen, with the very content
 * that was shown, was closed by somebody else.
 */
export const isDismissal = ({ mark, account, view, isReplaced, isByPerson }: Closing): boolean => {
  if (mark.kind !== "notification" || mark.account !== account || isReplaced || !isByPerson) return false;
  const known = view.find(({ id }) => id === mark.notification.id);
  return known !== undefined && isUnseen(known) && isSameContent(known, mark.notification);
};

/**
 * Whether this browser's `notificationclose` says that a person closed the toast, which had been up for `shownMs`. A toast that nobody was
 * there to see must not be dismissed on all of the user's devices:
 * - Firefox takes its own alerts away after 20 s and tells that as a closing (its `alert.js`; measured), and passes on what the system's
 *   notification server closes: never. There the button that dismisses is the way.
 * - Chromium on Linux asks a server that keeps nothing to take a toast away after 25 s, and takes every closing for the user's
 *   (`notification_platform_bridge_linux.cc`): not around that time.
 * - elsewhere the event is for the user's closing alone, as the standard has it.
 */
export const isClosedByPerson = (userAgent: string, shownMs: number): boolean => {
  if (userAgent.includes("Firefox/")) return false;
  const isDesktopLinux = userAgent.includes("Linux") && !userAgent.includes("Android");
  return !isDesktopLinux || shownMs < 24_000 || shownMs > 28_000;
};
