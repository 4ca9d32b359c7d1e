import type { Look } from "./look.ts";
import { serviceWorkers } from "./service-workers.page.ts";

/**
 * Tells the service worker that what the user has is another now, so that it takes down the toasts of what was seen to anywhere: an open tab
 * hears of that first. For after every change of the view, whoever made it, and after the sign-out. `isCurrent`: the feed has been read to
 * its end just now. Never rejects; does nothing where there are no service workers.
 */
export const tellWorker = async (isCurrent: boolean): Promise<void> => {
  const word: Look = { fanfare: { kind: "look", isCurrent } };
  try {
    // All of the origin: the one that shows toasts need not be the one this page belongs to, and the others take no notice.
    for (const { active } of (await serviceWorkers()?.getRegistrations()) ?? []) active?.postMessage(word);
  } catch {
    // The screen is put right at the next change; a page has nothing it could do about it.
  }
};
