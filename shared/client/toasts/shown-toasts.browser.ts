import { isStale, type Knowledge } from "./stale-toasts.ts";
import { toastMarkOf, type Toast, type ToastMark } from "./toast.ts";

/** Where toasts are put up: a service worker's registration, in a page as in the worker. */
export type ToastBoard = Pick<ServiceWorkerRegistration, "showNotification" | "getNotifications">;

/**
 * Closes every toast of ours that has no business on the screen any more, and resolves to the marks of those that stay. Of toasts of
 * another account: in a page (`others: "leave"`) they are none of its business; the worker, which knows who is signed in in this browser,
 * closes them.
 */
export const closeStaleToasts = async (
  board: ToastBoard,
  knowledge: Knowledge & { readonly account: string; readonly others: "close" | "leave" },
): Promise<readonly ToastMark[]> => {
  const staying: ToastMark[] = [];
  for (const { toast, mark } of await toastsOn(board)) {
    const isOwn = mark.account === knowledge.account;
    if (isOwn ? isStale(mark, knowledge) : knowledge.others === "close") toast.close();
    else if (isOwn) staying.push(mark);
  }
  return staying;
};

/** Closes every toast of one account, or of all: somebody has signed out. */
export const closeToastsOf = async (board: ToastBoard, account: string | undefined): Promise<void> => {
  for (const { toast, mark } of await toastsOn(board)) {
    if (account === undefined || mark.account === account) toast.close();
  }
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
