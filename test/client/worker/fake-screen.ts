import type { ToastBoard } from "../../../shared/client/toasts/shown-toasts.browser.ts";

type Options = NotificationOptions & { readonly renotify?: boolean; readonly vibrate?: unknown };

/** One toast on the screen of a browser that is none. */
export type FakeToast = {
  readonly title: string;
  readonly options: Options;
  readonly tag: string;
  readonly data: unknown;
  readonly close: () => void;
};

/** How a browser differs from the standard. */
export type Manners = {
  readonly userAgent: string;
  /** Tells the worker of a closing though nobody but the script closed it, or another toast took its place. */
  readonly tellsEveryClosing: boolean;
  /** Takes tags and does nothing with them. */
  readonly ignoresTags: boolean;
  /** A toast that is not up yet when all are asked for is never listed. */
  readonly forgetsWhatIsNotUp: boolean;
};

export const chromium: Manners = {
  userAgent: "Mozilla/5.0 (Windows NT 10.0) Chrome/156.0",
  tellsEveryClosing: false,
  ignoresTags: false,
  forgetsWhatIsNotUp: true,
};
export const firefox: Manners = {
  userAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/153.0",
  tellsEveryClosing: true,
  ignoresTags: false,
  forgetsWhatIsNotUp: false,
};
export const safari: Manners = {
  userAgent: "Mozilla/5.0 (Macintosh) Version/18.0 Safari/605",
  tellsEveryClosing: false,
  ignoresTags: true,
  forgetsWhatIsNotUp: false,
};

/** The toasts a person would see; the board refuses what browsers refuse. `tellOfClosing` is what the browser does to its worker. */
export const fakeScreen = (manners: Manners, tellOfClosing: (toast: FakeToast) => void) => {
  let toasts: FakeToast[] = [];
  const notUp = new Set<FakeToast>();
  const forgotten = new Set<FakeToast>();
  const shown: string[] = [];
  /** `drawing`: a toast is not up before that is over. */
  const screen = { isAllowed: true, drawing: Promise.resolve() };

  const gone = (toast: FakeToast): void => {
    toasts = toasts.filter((one) => one !== toast);
    if (manners.tellsEveryClosing) tellOfClosing(toast);
  };
  /** Browsers name a toast by its tag, if it has one: an old object closes what has taken its place. */
  const close = (tag: string, self: () => FakeToast): void => {
    const meant = toasts.find((one) => (tag === "" || manners.ignoresTags ? one === self() : one.tag === tag));
    if (meant) gone(meant);
  };
  /** The one that is replaced goes first, and is told of before the other is there. */
  const putUp = async (toast: FakeToast): Promise<void> => {
    const { tag, title, options } = toast;
    const replaced = tag === "" || manners.ignoresTags ? [] : toasts.filter((one) => one.tag === tag);
    replaced.forEach(gone);
    if (replaced.length > 0) await new Promise((resolve) => setImmediate(resolve));
    toasts.push(toast);
    shown.push(options.body ?? title);
  };

  const board: ToastBoard = {
    showNotification: async (title, options: Options = {}) => {
      const { tag = "" } = options;
      if (!screen.isAllowed) throw new TypeError("No notification permission has been granted.");
      if (options.renotify && tag === "") throw new TypeError("renotify needs a tag");
      if (options.silent && options.vibrate !== undefined) throw new TypeError("silent must not vibrate");
      const data: unknown = structuredClone(options.data);
      const toast: FakeToast = { title, options, tag, data, close: () => close(tag, () => toast) };
      notUp.add(toast);
      await screen.drawing;
      await putUp(toast);
      notUp.delete(toast);
    },
    getNotifications: ({ tag } = {}) => {
      if (manners.forgetsWhatIsNotUp) notUp.forEach((toast) => forgotten.add(toast));
      const listed = toasts.filter((one) => !forgotten.has(one) && (tag === undefined || one.tag === tag));
      return Promise.resolve(listed as unknown as Notification[]);
    },
  };

  return {
    board,
    screen,
    shown,
    toasts: () => toasts,
    bodies: () => toasts.map(({ options }) => options.body),
    isDrawing: () => notUp.size > 0,
    /** A person closes a toast. */
    closeByHand: (toast: FakeToast): Notification => {
      toasts = toasts.filter((one) => one !== toast);
      return toast as unknown as Notification;
    },
  };
};
