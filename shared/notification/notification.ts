import { v7 } from "uuid";
import { milliseconds } from "../clock.ts";

/** Server-made name of a notification: a lower-case UUIDv7, so it carries its own creation time. */
export type NotificationId = string & { readonly __brand: "NotificationId" };

export const platformTypes = ["Windows", "iOS", "Android", "WebPush"] as const;
export type PlatformType = (typeof platformTypes)[number];

export const priorities = ["None", "High", "Low"] as const;
type Priority = (typeof priorities)[number];

/** What a platform draws by itself. All but the title is optional, and each platform shows as much of it as it has a place for. */
export type VisualContent = {
  readonly title: string;
  readonly body?: string;
  /** An https URL of a picture, which the device fetches; ASCII, at most 2,048 characters, as the next one. */
  readonly imageUrl?: string;
  /** What a tap on it opens: a URL of https or of an app's own scheme. */
  readonly actionUrl?: string;
  /** `default`, `none`, or a sound of the app's by its name: 1 to 64 of `A-Za-z0-9._-`. */
  readonly sound?: string;
  /** The number on the app's icon, 0 to 99,999; 0 takes it away. */
  readonly badge?: number;
};

/** What devices get: raw content for the app, visual content for the platform to draw, or both; never neither. */
type Payload = { readonly rawContent?: string; readonly visualContent?: VisualContent };

/** One alert for iOS devices that have not fetched the notification after the delay (60 to 600 seconds). */
type Fallback = { readonly delaySeconds: number; readonly visualContent: VisualContent };

/** What a caller posted, understood: every default filled in, every rule of contract 2.2 kept. */
export type NotificationDraft = {
  /** Lower case: host names are compared without case. */
  readonly targetHostName: string;
  readonly appNotificationId: string;
  readonly groupName: string | null;
  readonly payload: Payload;
  readonly platformTypes: readonly PlatformType[];
  readonly priority: Priority;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Epoch milliseconds until which a viewer keeps the visual content; never later than `expiresAt`. */
  readonly displayUntil: number;
  readonly fallback: Fallback | null;
};

export const readStates = ["unread", "read"] as const;
export const userActionStates = ["noInteraction", "activated", "dismissed", "snoozed"] as const;

/** What a client may change about a notification (contract 4): at least one of the two. */
export type StateChange = {
  readonly readState?: (typeof readStates)[number];
  readonly userActionState?: (typeof userActionStates)[number];
};

/** A notification as it is kept in a feed. */
export type Notification = NotificationDraft & {
  readonly id: NotificationId;
  /** Epoch milliseconds; kept when the notification is replaced. */
  readonly createdAt: number;
  /** Epoch milliseconds at which its content came: from then the delay of a fallback counts. */
  readonly contentAt: number;
  /**
   * Epoch milliseconds: the latest end that was ever told of it. A replacement may end sooner than what it replaced; until then a
   * client that missed it may still show the older one, and is to be told that it is gone.
   */
  readonly knownUntil: number;
  /** Epoch milliseconds of the last change, null before any. */
  readonly modifiedAt: number | null;
  readonly status: "active" | "updated" | "deleted";
  readonly readState: (typeof readStates)[number];
  readonly userActionState: (typeof userActionStates)[number];
  /** The feed's epoch: a feed made anew shares no version with the old one. */
  readonly epoch: string;
  /** The feed's version at this notification's last change. */
  readonly version: number;
  /** The feed's version at the last change of its content. */
  readonly contentVersion: number;
};

/** Makes an id for a notification created at `now` (epoch milliseconds). */
export const newNotificationId = (now: number): NotificationId => v7({ msecs: now }) as NotificationId;

/** Reads an id as somebody wrote it, in any case; undefined for what is no GUID: nothing can be named so. */
export const parseNotificationId = (text: string): NotificationId | undefined =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? (text.toLowerCase() as NotificationId) : undefined;

/** The creation time an id carries, epoch milliseconds (RFC 9562, section 5.7). */
export const createdAtOf = (id: NotificationId): number => Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);

/** No notification lives longer: 30 days, and 5 minutes of slack for the caller's clock (contract 2.2). */
export const lifetimeMaxMs = 30 * milliseconds.day + 5 * milliseconds.minute;

/** Past its expiration a notification is gone from everywhere, purged or not (contract 1.5). */
export const isExpired = (notification: { readonly expiresAt: number }, now: number): boolean =>
  notification.expiresAt <= now;
