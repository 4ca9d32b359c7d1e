import type { Standing } from "../client.ts";
import type { Answer } from "../feed-api.ts";
import type { StateChange, UserNotification } from "../notification.ts";

/** What the inbox needs of a `UserNotificationClient`; a client of the app's own may stand in for it. */
export type InboxClient = Pick<EventTarget, "addEventListener"> & {
  /**
   * Undefined until the service was asked for the first time. The event `standing` tells every change of it, `refused` that the service
   * did not take what the user did, which is therefore undone, and `signedout` that the user is gone, here or in another tab.
   */
  readonly standing: Standing | undefined;
  /**
   * First the notifications as they are now, newest first, then after every change, until the signal ends it. One that ends by itself has
   * nobody's notifications to tell of any more: the user is signed out.
   */
  readonly changes: (options: {
    readonly signal: AbortSignal;
  }) => AsyncIterable<{ readonly notifications: readonly UserNotification[] }>;
  readonly live: (options: { readonly signal: AbortSignal }) => Promise<void>;
  readonly sync: () => Promise<Answer<undefined>>;
  readonly update: (id: string, change: StateChange) => Promise<void>;
  readonly delete: (id: string) => Promise<void>;
  readonly markAllRead: () => Promise<void>;
};

/** Throws a TypeError that names the methods a thing lacks to stand in for a client. */
export const assertClient = (given: unknown): void => {
  const lacked = methods.filter((name) => typeof Reflect.get(new Object(given), name) !== "function");
  if (lacked.length === 0) return;
  throw new TypeError(
    `The client of <fanfare-inbox> is to be a UserNotificationClient, or undefined: this lacks ${lacked.join(", ")}.`,
  );
};

const methods = [
  "addEventListener",
  "changes",
  "live",
  "sync",
  "update",
  "delete",
  "markAllRead",
] as const satisfies readonly (keyof InboxClient)[];
