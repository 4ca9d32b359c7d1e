import type { GetToken } from "../client-options.ts";
import type { RegistrationStore } from "../local-store.ts";
import type { UserNotification } from "../notification.ts";
import type { ToastWish } from "../toasts/toast.ts";
import { englishToastWords, type ToastWords } from "../toasts/words.ts";
import { tokenFromPages } from "./ask-pages.worker.ts";
import { boardInTurn } from "./board-in-turn.ts";
import { inTurn } from "./in-turn.ts";
import { lookIn } from "./look.ts";
import { oneClient, type ClientOf } from "./one-client.ts";
import { onClick } from "./on-click.ts";
import { onClose } from "./on-close.ts";
import { onPush } from "./on-push.ts";
import { onLook, onSubscriptionChange, onSync } from "./on-wake.ts";
import type { Serving } from "./serving.ts";
import type { WorkerScope } from "./worker-scope.ts";

/** What an app decides about its toasts; nothing of it has to be given. */
export type ServeOptions = {
  /**
   * A token of this account, as the app named it to the client; undefined, also when somebody else has signed in meanwhile: with another's
   * token their notifications would be shown for this one's. By default an open page of the app is asked for its own.
   */
  readonly getToken?: (why: Parameters<GetToken>[0] & { readonly account: string }) => ReturnType<GetToken>;
  /** The title of toasts that have none of their own; by default the subscription's display name. */
  readonly appName?: string;
  /** The toast of a notification, if not the usual one; undefined: none for this one. */
  readonly toastOf?: (notification: UserNotification) => ToastWish | undefined;
  /** The page to open for a notification; undefined: its own `actionUrl`, or else the app. */
  readonly openUrl?: (notification: UserNotification) => string | undefined;
  readonly words?: Partial<ToastWords>;
  /**
   * A push that is none of Fanfare's: the app has to show something for it, as browsers insist; false: it has not. By default a quiet toast
   * is shown that goes by itself.
   */
  readonly otherPush?: (text: string | undefined) => unknown;
  /**
   * Whether a toast that is closed is a notification dismissed. By default only where the browser tells of nothing but a person's closing:
   * not in Firefox, which tells it too of toasts that leave by themselves. The button that dismisses works everywhere it is drawn.
   */
  readonly closedMeansDismissed?: boolean;
};

/** A push that takes longer is waited for by none behind it: they have to be seen in their own time. */
const turnMs = 10_000;

/** What it is done with, in a browser and in tests. */
export type ServedBy = {
  readonly scope: WorkerScope;
  readonly registrations: Pick<RegistrationStore, "read">;
  readonly clientOf: ClientOf;
  readonly now: () => number;
};

/**
 * Shows the user's notifications as toasts, and takes them down again, in a service worker: it listens to `push`, `notificationclick`,
 * `notificationclose`, `pushsubscriptionchange`, `sync`, `periodicsync` and `message`. To be called once, while the worker's script is first
 * run, for browsers want listeners by then. Whether a new worker waits for the old one's pages is the app's choice: it is not touched here.
 */
export const serveWith = ({ scope, registrations, clientOf, now }: ServedBy, options: ServeOptions): void => {
  const { getToken, appName, toastOf, openUrl, otherPush, closedMeansDismissed } = options;
  const words = { ...englishToastWords, ...options.words };
  const serving: Serving = {
    scope,
    board: boardInTurn(scope.registration),
    registrations,
    clientOf: oneClient(clientOf, ({ account }) =>
      getToken ? (why) => getToken({ ...why, account }) : tokenFromPages(scope, account),
    ),
    styleOf: (account, registration) => ({
      account,
      appName: [appName, registration?.displayName].find((name) => name) ?? new URL(scope.registration.scope).hostname,
      words,
      toastOf,
    }),
    openUrl: (notification) => openUrl?.(notification),
    otherPush: otherPush ?? (() => false),
    closedMeansDismissed,
    now,
    ownDoing: new Map(),
  };

  // In the order they came, so that the newest is on top; and two of one notification never show at once.
  const next = inTurn(turnMs);
  scope.addEventListener("push", (event) => {
    const text = event.data?.text();
    const cameAt = now();
    event.waitUntil(next(() => onPush(serving, text, cameAt)));
  });
  scope.addEventListener("notificationclick", (event) => event.waitUntil(onClick(serving, event)));
  scope.addEventListener("notificationclose", (event) => event.waitUntil(onClose(serving, event.notification)));
  scope.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(onSubscriptionChange(serving)));
  for (const name of ["sync", "periodicsync"] as const) {
    scope.addEventListener(name, (event) => {
      if (event.tag.startsWith("fanfare-")) event.waitUntil(onSync(serving));
    });
  }
  scope.addEventListener("message", (event) => {
    const look = lookIn(event.data);
    if (look) event.waitUntil(onLook(serving, look.isCurrent));
  });
};
