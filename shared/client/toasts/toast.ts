import type { UserNotification } from "../notification.ts";
import { isRecord, oursIn } from "../ours.ts";

/** What an app may say of a toast: the platform's own options, and its title. */
export type ToastWish = Omit<NotificationOptions, "data"> & {
  readonly title: string;
  readonly data?: unknown;
  /** Buttons; known to Chromium, and to Firefox from 152. TypeScript's DOM library has left them out. */
  readonly actions?: readonly { readonly action: string; readonly title: string; readonly icon?: string }[];
  /** A large picture; known to Chromium alone. */
  readonly image?: string;
};

/** A toast as it is handed to `showNotification`. */
export type Toast = {
  readonly title: string;
  readonly options: Omit<ToastWish, "title"> & {
    readonly tag: string;
    readonly data: unknown;
    /** Milliseconds since the epoch. */
    readonly timestamp?: number;
    /** Only ever with a tag: without one browsers throw. */
    readonly renotify?: boolean;
  };
};

/** What is written beside each toast of ours (`notification.data.fanfare`), for whoever finds it later. */
export type ToastMark =
  | NotificationMark
  /** There is something new that could not be fetched. */
  | (Shown & { readonly kind: "something-new" })
  /** Shown because browsers insist on something visible for each push; goes by itself. */
  | (Shown & { readonly kind: "nothing-new" });

export type NotificationMark = Shown & {
  readonly kind: "notification";
  /** As it was when it was shown: what a click opens, whatever has become of it since. */
  readonly notification: UserNotification;
  /** It came with a push that could not be checked against the feed: that the feed does not know it proves nothing yet. */
  readonly isUnchecked: boolean;
};

type Shown = {
  /** Whose notification it is. */
  readonly account: string;
  /** When it was shown, in milliseconds since the epoch. */
  readonly shownAt: number;
};

/** The tags of the toasts that stand for no notification: one of each at most. A notification's tag is its id. */
export const somethingNewTag = "fanfare-something-new";
export const nothingNewTag = "fanfare-nothing-new";

/** Reads what is written beside a toast; undefined when it is none of ours. */
export const toastMarkOf = (data: unknown): ToastMark | undefined => {
  const ours = oursIn(data);
  if (!ours) return undefined;
  const { account, shownAt, kind } = ours;
  if (typeof account !== "string" || typeof shownAt !== "number") return undefined;
  switch (kind) {
    case "something-new":
    case "nothing-new":
      return { kind, account, shownAt };
    case "notification": {
      const { notification, isUnchecked } = ours;
      if (!isRecord(notification) || typeof notification.id !== "string" || !isRecord(notification.payload)) {
        return undefined;
      }
      // Nobody but us writes under our name, and the browser keeps it for this origin alone.
      const asShown = notification as UserNotification;
      return { kind, account, shownAt, notification: asShown, isUnchecked: isUnchecked === true };
    }
    default:
      return undefined;
  }
};
