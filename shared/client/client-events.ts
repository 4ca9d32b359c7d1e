import type { Answer, FeedApi, Setback } from "./feed-api.ts";
import type { Edit } from "./local-state.ts";
import type { LocalStore, RegistrationStore } from "./local-store.ts";
import type { Pushed } from "./subscription.ts";
import type { SubscriptionApi } from "./subscription-api.ts";
import type { Surroundings } from "./surroundings.ts";
import type { NotificationsChange } from "./view-change.ts";

/** How the client stands with the service. */
export type Standing = {
  /** How the last request for the feed ended. */
  readonly answer: Answer<undefined>;
  /** How many of the user's changes the service has not been told yet. */
  readonly unsent: number;
};

/** What the service does not take, and what is therefore undone here: its reason is in `setback`. */
export type RefusedChange = { readonly id: string; readonly change: Edit["change"]; readonly setback: Setback };

/** The events of a client, all of them `CustomEvent`s, by what is in their `detail`. */
export type ClientEvents = {
  /** What the user sees has changed, whoever did it. */
  readonly change: NotificationsChange;
  /** A request has ended, or the number of unsent changes is another. */
  readonly standing: Standing;
  readonly refused: RefusedChange;
  /** The user was signed out, here or in another tab: this client is closed, and what it showed is not to be seen any more. */
  readonly signedout: undefined;
};

/** Listens to a client's events, each of which has its own `detail`, or to any other. */
export type Listen<Options> = {
  <Name extends keyof ClientEvents>(
    name: Name,
    heard: ((event: CustomEvent<ClientEvents[Name]>) => void) | null,
    options?: boolean | Options,
  ): void;
  (name: string, heard: EventListenerOrEventListenerObject | null, options?: boolean | Options): void;
};

/** Dispatches an event. */
export type Tell = <Name extends keyof ClientEvents>(name: Name, detail: ClientEvents[Name]) => void;

/** What a client is made of besides; by default what the browser has. */
export type ClientUses = {
  readonly api: FeedApi & SubscriptionApi;
  readonly store: LocalStore;
  readonly registrations: RegistrationStore;
  readonly around: Surroundings;
  /** The service worker that this page belongs to, or whose code this is. */
  readonly worker: () => Promise<Pushed | undefined>;
};
