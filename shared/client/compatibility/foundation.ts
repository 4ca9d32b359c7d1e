import type { Asking } from "../ask.http.ts";
import type { FeedApi } from "../feed-api.ts";
import type { LocalStore, Registration, RegistrationStore } from "../local-store.ts";
import type { SubscriptionApi } from "../subscription-api.ts";

/** The whole service, as this library asks it. */
export type ServiceApi = FeedApi & SubscriptionApi;
export type ServiceApiOptions = Asking & { readonly targetHostName: string | undefined };

/** What the library stands on where it runs. */
export type Foundation = {
  /** How this browser is subscribed, shared by its pages and its service worker. */
  readonly registrations: RegistrationStore;
  /** What was given of the pushes to this registration; to nobody's, when there is none. */
  readonly givenStore: (registration: Registration | undefined) => LocalStore;
  readonly serviceApi: (options: ServiceApiOptions) => ServiceApi;
  /** The service that `configure` named. */
  readonly configuredUrl: () => string | undefined;
  /** The service that served the script; undefined when the app brought it along. */
  readonly servingUrl: () => string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
};
