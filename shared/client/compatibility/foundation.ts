import type { FeedApiOptions } from "../feed-api.http.ts";
import type { FeedApi } from "../feed-api.ts";
import type { LocalStore, Registration, RegistrationStore } from "../local-store.ts";

/** What the library stands on where it runs. */
export type Foundation = {
  /** How this browser is subscribed, shared by its pages and its service worker. */
  readonly registrations: RegistrationStore;
  /** What was given of the pushes to this registration; to nobody's, when there is none. */
  readonly givenStore: (registration: Registration | undefined) => LocalStore;
  readonly feedApi: (options: FeedApiOptions) => FeedApi;
  /** The service that `configure` named. */
  readonly configuredUrl: () => string | undefined;
  /** The service that served the script; undefined when the app brought it along. */
  readonly servingUrl: () => string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
};
