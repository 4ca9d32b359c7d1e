import { toastMarkOf, type NotificationMark, type ToastMark } from "../toasts/toast.ts";
import type { Opened } from "./opened.ts";
import { noteOwnDoing, type Serving } from "./serving.ts";
import type { AppWindow } from "./worker-scope.ts";
import { writeBack } from "./write-back.ts";

/**
 * A click on a toast: on `dismiss` the notification is dismissed, on anything else it is activated and read, and the app opened. The window
 * comes first: browsers let a worker open one only for a moment after the click. Toasts that are none of ours are left alone.
 */
export const onClick = async (
  serving: Serving,
  { notification: toast, action }: { readonly notification: Notification; readonly action: string },
): Promise<void> => {
  const mark = toastMarkOf(toast.data);
  if (!mark) return;
  noteOwnDoing(serving, toast.tag);
  toast.close();
  const isDismissed = action === "dismiss";
  await Promise.all([
    isDismissed ? undefined : open(serving, mark),
    writeBack(
      serving,
      mark,
      isDismissed ? { userActionState: "dismissed" } : { userActionState: "activated", readState: "read" },
    ),
  ]);
};

/** Goes to the page the notification is about; an open window is used if it is there already, or if no page in particular is meant. */
const open = async ({ scope, openUrl }: Serving, mark: ToastMark): Promise<void> => {
  const wished = mark.kind === "notification" ? wishedUrl(openUrl, mark, scope.registration.scope) : undefined;
  const windows = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const isMeant = ({ url }: AppWindow): boolean =>
    wished === undefined ? url.startsWith(scope.registration.scope) : url === wished;
  const found = windows.find(isMeant);
  try {
    if (!found) await scope.clients.openWindow(wished ?? scope.registration.scope);
    else {
      const id = mark.kind === "notification" ? mark.notification.id : undefined;
      const word: Opened = { fanfare: { kind: "opened", ...(id !== undefined && { id }) } };
      found.postMessage(word, []);
      await found.focus();
    }
  } catch {
    // The click was too long ago for this browser, or the window has just gone: what was done is written back all the same.
  }
};

/** The app's choice, else the notification's own `actionUrl`; only of the web, for a notification's sender is not the app. */
const wishedUrl = (
  openUrl: Serving["openUrl"],
  { notification }: NotificationMark,
  base: string,
): string | undefined => {
  try {
    const wish = openUrl(notification) ?? notification.payload.visualContent?.actionUrl;
    if (wish === undefined) return undefined;
    const { protocol, href } = new URL(wish, base);
    return protocol === "https:" || protocol === "http:" ? href : undefined;
  } catch {
    return undefined;
  }
};
