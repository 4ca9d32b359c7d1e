import type { ToastBoard } from "../toasts/shown-toasts.browser.ts";
import { inTurn } from "./in-turn.ts";

/** A toast whose picture takes longer to come is waited for by nobody: browsers give that a minute and a half. */
const turnMs = 2_000;

/**
 * The same board, on which nothing is looked up while a toast is being put up, whoever asks. Chromium looks at the screen first and then at
 * its list, and strikes out what was not on the screen: a toast that gets on the list in between stays up, and nobody can close it any more.
 * https://source.chromium.org/chromium/chromium/src/+/main:content/browser/notifications/platform_notification_context_impl.cc
 */
export const boardInTurn = (board: ToastBoard): ToastBoard => {
  const next = inTurn(turnMs);
  return {
    showNotification: (title, options) => next(() => board.showNotification(title, options)),
    getNotifications: (filter) => next(() => board.getNotifications(filter)),
  };
};
