import type { Registration } from "../local-store.ts";
import type { UserNotification } from "../notification.ts";
import { parsePushMessage, type PushMessage } from "../push-message.ts";
import { planAfterPush, type AfterPush, type PushPlan } from "../toasts/after-push.ts";
import { closeStaleToasts, closeTagged, closeAllToasts, showToast } from "../toasts/shown-toasts.browser.ts";
import { nothingNewMs } from "../toasts/stale-toasts.ts";
import {
  isSpeechless,
  toastOfNothingNew,
  toastOfNotification,
  toastOfSomethingNew,
  type ToastStyle,
} from "../toasts/toast-of.ts";
import { nothingNewTag, type Toast } from "../toasts/toast.ts";
import { noteOwnDoing, type Serving } from "./serving.ts";
import { within } from "./within.ts";

/** Chromium and Firefox end a worker about 30 s after an event; Safari counts a push as silent after 30 s. So long after it came, at most, a push is shown. */
const shownWithinMs = 20_000;
/** How long the service is waited for, before what is known without it is shown. */
const readMs = 8_000;
/** How long the browser's own storage is. */
const storeMs = 2_000;

/**
 * A push: its content is applied, or the feed is read; what the user has seen elsewhere meanwhile is taken off the screen, and what is new
 * put up. Something visible comes of every push (see `planAfterPush`): the content as it came, when the service is too slow or away.
 * Nobody signed in: nothing of the content is shown, and the browser is told to end the subscription, for its user has gone.
 * `cameAt`: when, in milliseconds since the epoch; others may have been before it in the queue.
 */
export const onPush = async (serving: Serving, text: string | undefined, cameAt: number): Promise<void> => {
  const message = text === undefined ? undefined : parsePushMessage(text);
  if (text === undefined || message === undefined) return otherPush(serving, text);
  const registration = await serving.registrations.read();
  if (!registration) return afterSignOut(serving);

  const client = serving.clientOf(registration);
  const leftMs = (): number => cameAt + shownWithinMs - serving.now();
  const outcome = await within(Math.min(readMs, leftMs()), client.processPush(text));
  if (outcome?.isOurs === false) return otherPush(serving, text);
  const style = serving.styleOf(registration.account, registration);
  const came = outcome?.fresh ?? contentOf(message, registration);
  // A push brings raw content alone. Where that is for programs and nobody translates it, there may be words for people in the feed.
  if (!style.toastOf && came.some(isSpeechless)) await within(Math.min(readMs, leftMs()), client.sync());
  const view = await within(storeMs, client.notifications());
  const { account } = registration;
  const isCurrent = outcome?.answer.kind === "ok" && view !== undefined;
  const now = serving.now();
  const { board } = serving;
  const shown = view ? await closeStaleToasts(board, { account, view, isCurrent, now }) : [];
  const fresh = came.map((notification) => view?.find(({ id }) => id === notification.id) ?? notification);
  await carryOut(serving, { fresh, view: view ?? [], isCurrent, shown, now }, style);
  await within(leftMs(), outcome?.renewal ?? Promise.resolve());
};

const carryOut = async (serving: Serving, known: AfterPush, style: ToastStyle): Promise<void> => {
  const toasts = toastsOf(planAfterPush(known), style, known.now);
  // An app that wants none of them shown has left us with nothing to show.
  const wanted = toasts.length > 0 ? toasts : toastsOf(planAfterPush({ ...known, fresh: [] }), style, known.now);
  for (const toast of wanted) await show(serving, toast);
};

const toastsOf = (plan: PushPlan, style: ToastStyle, now: number): readonly Toast[] => {
  switch (plan.kind) {
    case "show":
      return plan.toasts.flatMap((showing) => toastOfNotification({ ...showing, now }, style) ?? []);
    case "again": {
      const toast = toastOfNotification({ ...plan.mark, now, isToRenotify: false }, style);
      const { title, options } = toast ?? toastOfNothingNew(now, style);
      return [{ title, options: { ...options, silent: true } }];
    }
    case "something-new":
      return [toastOfSomethingNew(now, style)];
    case "nothing-new":
      return [toastOfNothingNew(now, style)];
  }
};

const show = async (serving: Serving, toast: Toast): Promise<void> => {
  const { board } = serving;
  const { tag } = toast.options;
  // What it replaces some browsers tell of as closed; a toast that replaces nothing only its user can close.
  const replaced = await board.getNotifications({ tag }).catch(() => []);
  if (replaced.length > 0) noteOwnDoing(serving, tag);
  await showToast(board, toast);
  // Not waited for: browsers look at the end of the event whether it is there. A worker that is stopped before leaves it to its next wake.
  if (tag === nothingNewTag) setTimeout(() => void closeTagged(board, tag).catch(() => undefined), nothingNewMs);
};

/** The storage is stuck, or the push has waited too long: what came with it is all there is. */
const contentOf = (message: PushMessage, { targetHostName }: Registration): readonly UserNotification[] =>
  message.kind === "content" && message.notification.targetHostName === targetHostName ? [message.notification] : [];

const afterSignOut = async (serving: Serving): Promise<void> => {
  await closeAllToasts(serving.board);
  await show(serving, toastOfNothingNew(serving.now(), serving.styleOf("", undefined)));
  await (await serving.scope.registration.pushManager.getSubscription())?.unsubscribe();
};

/** The app's own business; if it has none, something has to be seen of it all the same. */
const otherPush = async (serving: Serving, text: string | undefined): Promise<void> => {
  const isTaken = await serving.otherPush(text);
  if (isTaken === false) await show(serving, toastOfNothingNew(serving.now(), serving.styleOf("", undefined)));
};
