import type { LocalState } from "./local-state.ts";
import type { NotificationType } from "./subscription-api.ts";

/** How this browser is subscribed: what a service worker needs to know when it is woken by a push and no page is open. */
export type Registration = {
  /** The service's own address, without `/beta` and trailing slash. */
  readonly baseUrl: string;
  readonly targetHostName: string;
  /** Whose feed it is: the app's name for its signed-in user. Each account has a state of its own. */
  readonly account: string;
  /** Stable for this browser profile. */
  readonly deviceId: string;
  /** Of the subscription: no secret. Undefined: not subscribed. */
  readonly subscriptionId?: string;
  /** The UNSID. */
  readonly unsid?: string;
  readonly displayName?: string;
  readonly notificationType?: NotificationType;
  /** ISO 8601; renewed well before. */
  readonly expirationDateTime?: string;
  /** ISO 8601: from then on it is renewed, half way to its end. Undefined: it is not to be renewed. */
  readonly renewDateTime?: string;
};

/**
 * What one browser profile remembers of one feed, over restarts. Reads and updates of all tabs and the service worker stand in one order;
 * an update is whole or has not happened. Rejects only when the browser's storage does.
 */
export type LocalStore = {
  readonly read: () => Promise<LocalState>;
  /**
   * Replaces the state by what the function makes of it, in one transaction, and resolves to that. The function is pure and may not wait.
   * Returning the very same state writes nothing.
   */
  readonly update: (step: (state: LocalState) => LocalState) => Promise<LocalState>;
  /** Forgets everything of this feed: the user has signed out. */
  readonly clear: () => Promise<void>;
  readonly close: () => void;
};

/** The one registration of this origin, beside all stores: a browser profile has one push subscription for each service worker. */
export type RegistrationStore = {
  readonly read: () => Promise<Registration | undefined>;
  readonly write: (registration: Registration | undefined) => Promise<void>;
};
