import type { UserNotification } from "../notification.ts";
import { cleanText, readableText } from "./readable-text.ts";
import { nothingNewTag, somethingNewTag, type Toast, type ToastMark, type ToastWish } from "./toast.ts";
import type { ToastWords } from "./words.ts";

/** What all toasts of a worker have in common. */
export type ToastStyle = {
  readonly account: string;
  /** Title of toasts that have none of their own. */
  readonly appName: string;
  readonly words: ToastWords;
  /** The app's own toast of a notification; undefined: none for this one. */
  readonly toastOf?: ((notification: UserNotification) => ToastWish | undefined) | undefined;
};

export type Showing = {
  readonly notification: UserNotification;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly isUnchecked: boolean;
  /** The user is to hear of it, though a toast of the same tag is there: its content is another now. */
  readonly isToRenotify: boolean;
};

/**
 * The toast of a notification; undefined when the app wants none for it. Its tag is the notification's id, so that what comes later takes
 * its place. An app's toast may say anything but tag and mark, by which it is found again; one that throws is passed over, for a
 * notification must not get lost because of its looks.
 */
export const toastOfNotification = (showing: Showing, style: ToastStyle): Toast | undefined => {
  const { notification, now, isToRenotify } = showing;
  const wish = wishOf(notification, style);
  if (wish === undefined) return undefined;
  const { title, data, ...options } = wish;
  const mark: ToastMark = {
    kind: "notification",
    account: style.account,
    shownAt: now,
    notification,
    isUnchecked: showing.isUnchecked,
  };
  return {
    title,
    options: {
      timestamp: Date.parse(notification.lastModifiedDateTime ?? notification.creationDateTime),
      actions: actionsOf(style.words),
      ...options,
      tag: notification.id,
      data: { ...(isObject(data) && data), fanfare: mark },
      ...(isToRenotify && { renotify: true }),
    },
  };
};

/** Says that something has come which could not be fetched. */
export const toastOfSomethingNew = (now: number, { account, appName, words }: ToastStyle): Toast => ({
  title: appName,
  options: {
    body: words.somethingNew,
    tag: somethingNewTag,
    data: { fanfare: { kind: "something-new", account, shownAt: now } satisfies ToastMark },
  },
});

/** Says, without a sound, that there is nothing to be said. */
export const toastOfNothingNew = (now: number, style: ToastStyle): Toast => ({
  title: style.appName,
  options: {
    body: style.words.nothingNew,
    tag: nothingNewTag,
    silent: true,
    data: { fanfare: { kind: "nothing-new", account: style.account, shownAt: now } satisfies ToastMark },
  },
});

const wishOf = (notification: UserNotification, style: ToastStyle): ToastWish | undefined => {
  if (!style.toastOf) return plainToastOf(notification, style);
  try {
    const wish = style.toastOf(notification);
    return wish === undefined || typeof wish.title === "string" ? wish : plainToastOf(notification, style);
  } catch (error) {
    console.error("toastOf threw; the notification is shown plainly", error);
    return plainToastOf(notification, style);
  }
};

/** As the other platforms draw it, if there is something made to be drawn; else the raw content, under the app's name. */
const plainToastOf = ({ payload }: UserNotification, { appName, words }: ToastStyle): ToastWish => {
  const { visualContent, rawContent } = payload;
  if (visualContent) {
    const { imageUrl } = visualContent;
    const body = cleanText(visualContent.body ?? "");
    return {
      title: cleanText(visualContent.title) ?? appName,
      dir: "auto",
      ...(body !== undefined && { body }),
      ...(imageUrl !== undefined && { image: imageUrl }),
    };
  }
  return { title: appName, dir: "auto", body: readableText(rawContent ?? "") ?? words.somethingNew };
};

/** There is nothing in it that a person could be shown. */
export const isSpeechless = ({ payload }: UserNotification): boolean =>
  !payload.visualContent && readableText(payload.rawContent ?? "") === undefined;

const actionsOf = ({ open, dismiss }: ToastWords) => [
  { action: "open", title: open },
  { action: "dismiss", title: dismiss },
];

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
