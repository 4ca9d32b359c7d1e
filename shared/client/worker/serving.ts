import type { Answer } from "../feed-api.ts";
import type { Registration, RegistrationStore } from "../local-store.ts";
import type { StateChange, UserNotification } from "../notification.ts";
import type { ToastBoard } from "../toasts/shown-toasts.browser.ts";
import type { ToastStyle } from "../toasts/toast-of.ts";
import type { WorkerScope } from "./worker-scope.ts";

/** What the worker asks of a `UserNotificationClient`. */
export type WorkerClient = {
  readonly processPush: (text: string) => Promise<{
    readonly isOurs: boolean;
    readonly fresh: readonly UserNotification[];
    readonly answer: Answer<undefined>;
    /** The subscription's renewal, if it is under way; never rejects. */
    readonly renewal: Promise<void>;
  }>;
  readonly notifications: () => Promise<readonly UserNotification[]>;
  readonly sync: () => Promise<Answer<undefined>>;
  readonly update: (id: string, change: StateChange) => Promise<void>;
  readonly subscribe: (options: {
    readonly registration: Pick<ServiceWorkerRegistration, "pushManager">;
    readonly displayName: string;
    readonly notificationType?: NonNullable<Registration["notificationType"]>;
  }) => Promise<Answer<unknown>>;
};

/** What every handler of the worker works with. */
export type Serving = {
  readonly scope: WorkerScope;
  /** Where toasts are put up and looked up, one call after another: never on `scope.registration` itself. */
  readonly board: ToastBoard;
  readonly registrations: Pick<RegistrationStore, "read">;
  /** The client of whoever is signed in in this browser; the same one as long as that is the same. */
  readonly clientOf: (registration: Registration) => WorkerClient;
  readonly styleOf: (account: string, registration: Registration | undefined) => ToastStyle;
  readonly openUrl: (notification: UserNotification) => string | undefined;
  readonly otherPush: (text: string | undefined) => unknown;
  /** Undefined: as this browser's event has it. */
  readonly closedMeansDismissed: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Our own doing closes the toasts of these tags, until so many milliseconds since the epoch; some browsers tell that as a closing. */
  readonly ownDoing: Map<string, number>;
};

/** How long a browser may take to tell of a toast that we closed or replaced. */
const tellingMs = 2_000;

export const noteOwnDoing = ({ ownDoing, now }: Pick<Serving, "ownDoing" | "now">, tag: string): void => {
  ownDoing.set(tag, now() + tellingMs);
};

export const isOwnDoing = ({ ownDoing, now }: Pick<Serving, "ownDoing" | "now">, tag: string): boolean =>
  (ownDoing.get(tag) ?? 0) > now();
