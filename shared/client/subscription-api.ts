import type { Answer } from "./feed-api.ts";

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

/** The part of the service that a browser subscribes at. Never rejects. */
export type SubscriptionApi = {
  readonly vapidPublicKey: () => Promise<Answer<string>>;
  readonly subscribe: (wish: SubscriptionWish) => Promise<Answer<Subscribed>>;
  /** Ends a subscription; one that is gone already is ended, too. */
  readonly unsubscribe: (id: string) => Promise<Answer<true>>;
};
