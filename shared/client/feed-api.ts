import type { StateChange, UserNotification } from "./notification.ts";

/** A notification with the feed's version at its last change. */
export type Versioned = {
  readonly notification: UserNotification;
  /** `<epoch>.<version>`, as ETags and push messages print it, without quotes. */
  readonly etag: string;
};

/** One change of the feed: the notification as it is now, or that it is gone for good. */
export type FeedChange = ({ readonly kind: "live" } & Versioned) | { readonly kind: "gone"; readonly id: string };

/** One page of a delta. */
export type DeltaPage = {
  readonly changes: readonly FeedChange[];
  /** The query of the next request (`$skiptoken=…`, or `$deltatoken=…` at the end of a pass), without the service's address. */
  readonly link: string;
  /** Only on the last page of a pass: the state of the feed that is reached, `<epoch>.<version>`. */
  readonly mark?: string;
};

/** What a push of raw content says: the content where it fits, that there is some (a tap), or there is no push at all. */
export type NotificationType = "NotificationWithPayload" | "NotificationOnly" | "NoNotification";

/** A `PushSubscription` as JSON. */
type PushChannel = {
  readonly endpoint?: string;
  readonly keys?: Readonly<Record<string, string>>;
  readonly expirationTime?: number | null;
  /** The key it is bound to, base64url: so the service pushes to it with that one, also while its keys are being replaced. */
  readonly applicationServerKey?: string;
};

/** How a browser is subscribed. */
export type SubscriptionWish = {
  readonly targetHostName: string;
  /** Stable for this browser profile; the same one renews its subscription. */
  readonly deviceId: string;
  readonly displayName: string;
  readonly notificationType?: NotificationType;
  readonly channel: PushChannel;
};
export type Subscribed = {
  /** No secret: names the subscription in addresses. */
  readonly id: string;
  /** The UNSID, a secret: what the app hands to its own server. */
  readonly userNotificationSubscriptionId: string;
  readonly expirationDateTime: string;
};

/** Everything but success: what the caller has to decide on. Answers are values; nothing here is thrown. */
export type Setback =
  /** No answer: no network, or the service is away. */
  | { readonly kind: "offline"; readonly reason: string }
  /** 401 with a renewed token, too; or there is no token to be had. */
  | { readonly kind: "unauthorized"; readonly reason: string }
  /** 403. */
  | { readonly kind: "forbidden"; readonly reason: string }
  /** 404. */
  | { readonly kind: "not-found"; readonly reason: string }
  /** 412: it has changed since. */
  | { readonly kind: "changed"; readonly reason: string }
  /** 410, or a delta's token that is refused: start over. */
  | { readonly kind: "gone"; readonly reason: string }
  /** 406: nothing before so many milliseconds. */
  | { readonly kind: "throttled"; readonly reason: string; readonly waitMs: number }
  /** Any other 4xx: asking again changes nothing. */
  | { readonly kind: "refused"; readonly status: number; readonly reason: string }
  /** 5xx, or an answer that is not the service's. */
  | { readonly kind: "failed"; readonly status: number; readonly reason: string };

export type Answer<T> = { readonly kind: "ok"; readonly value: T } | Setback;

/** A signal ends a request: then the answer is `offline`. */
type Signalled = { readonly signal?: AbortSignal | undefined };

/** The service, as one user's app in one browser speaks to it. Never rejects. */
export type FeedApi = {
  /**
   * One page of the delta: on from `link`, or from the very beginning. `waitSeconds` asks the service to answer only when there is a
   * change, or after so long (RFC 7240 `wait`); it may answer sooner.
   */
  readonly delta: (
    ask: { readonly link?: string | undefined; readonly waitSeconds?: number } & Signalled,
  ) => Promise<Answer<DeltaPage>>;
  /** Changes the state of one notification: only if it is still at `etag`, when that is given. */
  readonly change: (
    ask: { readonly id: string; readonly change: StateChange; readonly etag?: string } & Signalled,
  ) => Promise<Answer<Versioned>>;
  readonly remove: (ask: { readonly id: string; readonly etag?: string } & Signalled) => Promise<Answer<undefined>>;
  /** The same change of up to 100 notifications in one write; resolves to the ids the feed still has. */
  readonly changeMany: (
    ask: { readonly ids: readonly string[]; readonly change: StateChange } & Signalled,
  ) => Promise<Answer<readonly string[]>>;
  readonly vapidPublicKey: () => Promise<Answer<string>>;
  readonly subscribe: (wish: SubscriptionWish) => Promise<Answer<Subscribed>>;
  /** Ends a subscription; one that is gone already is ended, too. */
  readonly unsubscribe: (id: string) => Promise<Answer<undefined>>;
};
