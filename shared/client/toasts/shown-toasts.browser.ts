import { isStale, type Knowledge } from "./stale-toasts.ts";
import { toastMarkOf, type Toast, type ToastMark } from "./toast.ts";

/** Where toasts are put up: a service worker's registration, in a page as in the worker. */
export type ToastBoard = Pick<ServiceWorkerRegistration, "showNotification" | "getNotifications">;

/**
 * Closes every toast of ours that has no business on the screen any more, those of another account among them: it is this one who is signed
 * in here now. Resolves to the marks of those that stay.
 */
export const closeStaleToasts = async (
  board: ToastBoard,
  knowledge: Knowledge & { readonly account: string },
): Promise<readonly ToastMark[]> => {
  const staying: ToastMark[] = [];
  for (const { toast, mark } of await toastsOn(board)) {
    if (mark.account !== knowledge.account || isStale(mark, knowledge)) toast.close();
    else staying.push(mark);
  }
  return staying;
};

/** Closes every toast of ours: nobody is signed in any more. */
export const closeAllToasts = async (board: ToastBoard): Promise<void> => {
  for (const { toast } of await toastsOn(board)) toast.close();
};

/** Closes the toast of a tag. */
export const closeTagged = async (board: ToastBoard, tag: string): Promise<void> => {
  for (const { toast } of await toastsOn(board, tag)) toast.close();
};

/**
 * Puts a toast up, in the place of one with the same tag; false when the browser will not have it (the user has taken the permission back).
 * What a browser does not understand of an app's own options costs the options, not the toast.
 */
export const showToast = async (board: ToastBoard, { title, options }: Toast): Promise<boolean> => {
  const { body, tag } = options;
  const plainly = { tag, data: options.data, ...(body !== undefined && { body }) };
  const isShown = (await isTaken(board, title, options)) || (await isTaken(board, title, plainly));
  if (isShown) await closeReplaced(board, tag);
  return isShown;
};

const isTaken = (board: ToastBoard, title: string, options: NotificationOptions): Promise<boolean> =>
  board.showNotification(title, options).then(
    () => true,
    () => false,
  );

/** Safari takes tags and does nothing with them: there the older one is still up. Elsewhere there is only one. */
const closeReplaced = async (board: ToastBoard, tag: string): Promise<void> => {
  const toasts = await toastsOn(board, tag);
  const newest = Math.max(...toasts.map(({ mark }) => mark.shownAt));
  for (const { toast, mark } of toasts) if (mark.shownAt < newest) toast.close();
};

const toastsOn = async (
  board: ToastBoard,
  tag?: string,
): Promise<readonly { readonly toast: Notification; readonly mark: ToastMark }[]> =>
  (await board.getNotifications(tag === undefined ? {} : { tag })).flatMap((toast) => {
    const mark = toastMarkOf(toast.data);
    return mark ? [{ toast, mark }] : [];
  });
