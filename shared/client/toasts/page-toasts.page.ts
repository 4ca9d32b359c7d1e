import type { UserNotification } from "../notification.ts";
import { serviceWorkers } from "../worker/service-workers.page.ts";
import { closeStaleToasts, closeToastsOf, type ToastBoard } from "./shown-toasts.browser.ts";

/**
 * Closes the toasts of this account whose notification was seen to anywhere, or is gone: an open tab hears of it first. For after every
 * change of the view; `isCurrent`: the view was read to the end of the feed just now. Never rejects; does nothing without service workers.
 */
export const reconcileToasts = (knowledge: {
  readonly account: string;
  readonly view: readonly UserNotification[];
  readonly isCurrent: boolean;
}): Promise<void> =>
  onEachBoard(async (board) => {
    await closeStaleToasts(board, { ...knowledge, now: Date.now(), others: "leave" });
  });

/** Closes all toasts of this account: its user signs out. Never rejects. */
export const closeToasts = (account: string): Promise<void> => onEachBoard((board) => closeToastsOf(board, account));

/** All registrations of the origin: which one of an app's workers shows toasts need not be the one that this page belongs to. */
const onEachBoard = async (act: (board: ToastBoard) => Promise<void>): Promise<void> => {
  try {
    await Promise.all(((await serviceWorkers()?.getRegistrations()) ?? []).map(act));
  } catch {
    // Toasts are put right again at the next change; a page has nothing it could do about it.
  }
};
