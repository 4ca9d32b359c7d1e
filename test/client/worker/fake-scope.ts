import type { WorkerEvents, WorkerScope } from "../../../shared/client/worker/worker-scope.ts";

type Listener = (event: never) => void;
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
};

export const chromium: Manners = {
  userAgent: "Mozilla/5.0 (Windows NT 10.0) Chrome/156.0",
  tellsEveryClosing: false,
  ignoresTags: false,
};
export const firefox: Manners = {
  userAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/153.0",
  tellsEveryClosing: true,
  ignoresTags: false,
};
export const safari: Manners = {
  userAgent: "Mozilla/5.0 (Macintosh) Version/18.0 Safari/605",
  tellsEveryClosing: false,
  ignoresTags: true,
};

/** A service worker's global scope that refuses what browsers refuse, and says what a person would see. */
export const fakeScope = (manners: Manners = chromium) => {
  const listeners = new Map<string, Listener[]>();
  let toasts: FakeToast[] = [];
  let works: Promise<unknown>[] = [];
  const shown: string[] = [];
  const opened: string[] = [];
  const windows: {
    url: string;
    focused: number;
    heard: unknown[];
    answer: (message: unknown, port: MessagePort) => void;
  }[] = [];
  const synced: string[] = [];
  const browser = { isAllowed: true, isSubscribed: true, mayOpen: true };

  const dispatch = <Name extends keyof WorkerEvents>(
    name: Name,
    event: Omit<WorkerEvents[Name], "waitUntil">,
  ): void => {
    const waking = { ...event, waitUntil: (work: Promise<unknown>) => void works.push(work) };
    for (const listener of listeners.get(name) ?? []) listener(waking as never);
  };
  const gone = (toast: FakeToast): void => {
    toasts = toasts.filter((one) => one !== toast);
    if (manners.tellsEveryClosing) dispatch("notificationclose", { notification: toast as unknown as Notification });
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

  const scope: WorkerScope = {
    addEventListener: (name, listener) => void listeners.set(name, [...(listeners.get(name) ?? []), listener]),
    registration: {
      scope: "https://app.example/mail/",
      showNotification: (title, options: Options = {}) => {
        const { tag = "" } = options;
        if (!browser.isAllowed) return Promise.reject(new TypeError("No notification permission has been granted."));
        if (options.renotify && tag === "") return Promise.reject(new TypeError("renotify needs a tag"));
        if (options.silent && options.vibrate !== undefined)
          return Promise.reject(new TypeError("silent must not vibrate"));
        const data: unknown = structuredClone(options.data);
        const toast: FakeToast = { title, options, tag, data, close: () => close(tag, () => toast) };
        return putUp(toast);
      },
      getNotifications: ({ tag } = {}) =>
        Promise.resolve(toasts.filter((one) => tag === undefined || one.tag === tag) as unknown as Notification[]),
      pushManager: {
        getSubscription: () =>
          Promise.resolve(
            browser.isSubscribed ? { unsubscribe: () => Promise.resolve(!(browser.isSubscribed = false)) } : null,
          ),
      } as unknown as PushManager,
      sync: { register: (tag) => Promise.resolve(void synced.push(tag)) },
    },
    clients: {
      matchAll: () =>
        Promise.resolve(
          windows.map((page) => ({
            url: page.url,
            focus: () => Promise.resolve((page.focused += 1)),
            postMessage: (message, [port]) => {
              page.heard.push(message);
              if (port instanceof MessagePort) page.answer(message, port);
            },
          })),
        ),
      openWindow: (url) =>
        browser.mayOpen
          ? Promise.resolve(opened.push(url))
          : Promise.reject(new DOMException("", "InvalidAccessError")),
    },
    navigator: manners,
  };

  return {
    scope,
    browser,
    shown,
    opened,
    windows,
    synced,
    toasts: () => toasts,
    bodies: () => toasts.map(({ options }) => options.body),
    /** Dispatches an event and resolves when everything that was given to `waitUntil` is over, or rejects with it. */
    wake: async <Name extends keyof WorkerEvents>(
      name: Name,
      event: Omit<WorkerEvents[Name], "waitUntil">,
    ): Promise<void> => {
      dispatch(name, event);
      while (works.length > 0) {
        const under = works;
        works = [];
        await Promise.all(under);
      }
    },
    /** A person closes a toast. */
    closeByHand: (toast: FakeToast): WorkerEvents["notificationclose"]["notification"] => {
      toasts = toasts.filter((one) => one !== toast);
      return toast as unknown as Notification;
    },
  };
};
