import type { UserNotification } from "../notification.ts";
import { isSameContent } from "../with-known.ts";
import { isUnseen } from "../unseen.ts";
import type { NotificationMark, ToastMark } from "./toast.ts";

/** More at once would bury the screen; the others are in the app. */
const toastsAtOnceMax = 8;

export type AfterPush = {
  /** What the push is about, and what else came to light with it. */
  readonly fresh: readonly UserNotification[];
  /** The user's notifications as this browser knows them now. */
  readonly view: readonly UserNotification[];
  /** The feed has been read as far as this push. */
  readonly isCurrent: boolean;
  /** What is on the screen, stale toasts left out. */
  readonly shown: readonly ToastMark[];
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export type PushPlan =
  | {
      readonly kind: "show";
      /** The newest last: it ends up on top. */
      readonly toasts: readonly {
        readonly notification: UserNotification;
        readonly isUnchecked: boolean;
        readonly isToRenotify: boolean;
      }[];
    }
  | { readonly kind: "something-new" }
  /** Shown once more, without a sound, in its own place. */
  | { readonly kind: "again"; readonly mark: NotificationMark }
  | { readonly kind: "nothing-new" };

/**
 * What to show for a push. Never nothing, for every browser insists on something visible: Chromium puts up a generic toast of its own when
 * no toast of the app is there at the end of the event and its budget of silent pushes is used up; Firefox lowers a quota when none is
 * there three seconds after the push and drops the subscription at zero; Safari counts every push without a `showNotification` of its own
 * within 30 s and drops the subscription after the third, whatever is on the screen. Where there is nothing to be said the least annoying
 * thing that satisfies all three is, in this order: the newest toast that is there anyway is shown once more in its own place, silently; or
 * a silent one says that there is nothing new, and takes itself away.
 */
export const planAfterPush = ({ fresh, view, isCurrent, shown, now }: AfterPush): PushPlan => {
  const toasts = fresh
    .filter((notification) => isUnseen(notification) && Date.parse(notification.expirationDateTime) > now)
    .toSorted((one, other) => changedAt(one) - changedAt(other))
    .slice(-toastsAtOnceMax)
    .map((notification) => ({
      notification,
      isUnchecked: !isCurrent && !view.some(({ id }) => id === notification.id),
      isToRenotify: shown.some((mark) => isOf(mark, notification) && !isSameContent(mark.notification, notification)),
    }));
  if (toasts.length > 0) return { kind: "show", toasts };
  if (!isCurrent) return { kind: "something-new" };
  const newest = shown
    .filter((mark) => mark.kind === "notification")
    .toSorted((one, other) => one.shownAt - other.shownAt)
    .at(-1);
  return newest ? { kind: "again", mark: newest } : { kind: "nothing-new" };
};

const changedAt = ({ lastModifiedDateTime, creationDateTime }: UserNotification): number =>
  Date.parse(lastModifiedDateTime ?? creationDateTime);

const isOf = (mark: ToastMark, { id }: UserNotification): mark is NotificationMark =>
  mark.kind === "notification" && mark.notification.id === id;
