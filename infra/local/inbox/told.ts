/** What the inbox page is told as JSON by `/_local/…`: types alone, for both ends of the wire. Times are ISO 8601. */

/** `GET /_local/config`: whose page this is, and where it signs in. */
export type ToldConfig = {
  /** The local identity provider; its discovery document says the rest. */
  readonly issuer: string;
  /** Of the page itself, a public client: PKCE, no secret. */
  readonly clientId: string;
  /** What a sign-in asks for: the app's permission, and a refresh token. */
  readonly scope: string;
  readonly targetHostName: string;
  /** The service's own URL, without `/beta`. Also where the page is: no other stack's. */
  readonly httpUrl: string;
  /** The user whom the seeded virtual devices belong to. */
  readonly seededUser: string;
  /** Where a Firefox is to be pointed to (`dom.push.serverURL`) for pushes without the internet; null: that is not offered. */
  readonly webpushBrowserUrl: string | null;
};

/** One value, as far as it could be had. Both `value` and `fault` are there when a part of it is missing. */
export type Told<T> = {
  /** Null: nothing is known. */
  readonly value: T | null;
  /** Null: nothing is missing. Else a sentence for people that says what is, and why. */
  readonly fault: string | null;
};

/**
 * `GET /_local/overview`: everything of the local stack that the page shows beside the inbox. With `?since=<version>` the answer waits
 * until something differs from that version, 20 seconds at most, and may then be the same once more.
 */
export type ToldOverview = {
  /** Names this state: equal versions, equal contents. Opaque. */
  readonly version: string;
  /** The first 20 devices of each platform, in the order WebPush, Windows, iOS, Android; within these as they were made. */
  readonly devices: Told<readonly ToldDevice[]>;
  readonly queue: Told<ToldQueue>;
  readonly outcomes: Told<ToldOutcomes>;
  /** The last five, latest first. */
  readonly deadLetters: Told<readonly ToldDeadLetter[]>;
};

export type ToldPlatform = "WebPush" | "Windows" | "iOS" | "Android";

/** One virtual device, with what a person holding it would see. */
export type ToldDevice = {
  readonly deviceId: string;
  readonly name: string;
  readonly platformType: ToldPlatform;
  /** A real browser on this computer that uses the local Web Push service shows its toasts itself, and none here. */
  readonly kind: "virtual" | "browser";
  readonly online: boolean;
  /** How many messages its push service keeps for it until it comes online. */
  readonly waiting: number;
  /** Who is signed in to its app; null: nobody, or, for a browser, not known. */
  readonly user: string | null;
  /** Where `ToldAct` may be posted to, a path of this origin; null where nothing can be done on it (a browser, an app nobody is signed in to). */
  readonly actPath: string | null;
  /** The toasts it shows now, latest first, twenty at most. */
  readonly toasts: readonly ToldToast[];
};

export type ToldToast = {
  /** The notification's id; null where the device does not know it. */
  readonly notificationId: string | null;
  readonly shownAt: string;
  /** What a person reads, 500 characters at most. */
  readonly text: string;
};

/** `POST <actPath>`, `content-type: application/json`: what a person does on that device. 204, or an error with `ToldError`. */
export type ToldAct = {
  readonly notificationId: string;
  readonly action: "read" | "activate" | "dismiss" | "delete";
};

/** Messages of the queue `fanout`. */
export type ToldQueue = {
  /** Waiting to be received now. */
  readonly active: number;
  /** To be received later: retries, fallbacks. */
  readonly scheduled: number;
  readonly deadLettered: number;
};

/** What became of telling devices of recent notifications. One that is told again counts with its latest attempt only. */
export type ToldOutcomes = {
  /** Only notifications made since then are counted. */
  readonly since: string;
  readonly notifications: number;
  /** There were more notifications than are counted (500). */
  readonly isCut: boolean;
  /** How many devices have which outcome, by what they were told. An outcome nobody has is absent. */
  readonly content: OutcomeCounts;
  readonly tap: OutcomeCounts;
  readonly fallback: OutcomeCounts;
};

export type ToldOutcome = "delivered" | "gone" | "busy" | "rejected" | "misconfigured" | "held" | "gave-up";
export type OutcomeCounts = Readonly<Partial<Record<ToldOutcome, number>>>;

/** A message that failed ten times. `npm run ops -- dead-letters` deals with it. */
export type ToldDeadLetter = {
  /** Its number, as the operator's command takes it. */
  readonly sequence: string;
  readonly enqueuedAt: string;
  readonly deliveryCount: number;
  /** Null: none was given. */
  readonly reason: string | null;
  readonly description: string | null;
  /** Null where the message is none of ours. */
  readonly notificationId: string | null;
  readonly kind: "content" | "state" | "fallback" | null;
};

/** The body of every refusal of `/_local/…`. */
export type ToldError = { readonly error: string };
