import { printInstant } from "../notification/instant.ts";
import type { Notification } from "../notification/notification.ts";
import { versionTold, type Attempt } from "./channel.ts";

/**
 * The original's push message (contract 5), member by member in its order. With `afsChange` a client whose feed is at `baseETag` applies
 * the content and is then at `newETag`; any other fetches the delta, as everybody does on `afsChangeNotification`, the tap.
 */
export type Envelope = {
  readonly changeType: "afsChange" | "afsChangeNotification";
  readonly newETag: string;
  readonly baseETag: string;
  readonly notification?: EnvelopeContent;
};
type EnvelopeContent = ReturnType<typeof contentOf>;

/** Raw content as a client applies it. */
export const contentEnvelope = (notification: Notification): Envelope => ({
  changeType: "afsChange",
  ...marksOf(notification, notification.contentVersion),
  notification: contentOf(notification),
});

/** The word that there is something to fetch: new content, or for a `tap` a change of state. */
export const tapEnvelope = (notification: Notification, kind: Attempt["kind"]): Envelope => ({
  changeType: "afsChangeNotification",
  ...marksOf(notification, versionTold(kind, notification)),
});

/**
 * What goes with content that the system draws: the tap, and whose toast it is. The app finds the toast again by it when the
 * notification is dismissed on another device or deleted, for what is left of a deleted one is its id.
 */
export const visualData = (notification: Notification) => ({
  ...tapEnvelope(notification, "content"),
  notificationId: notification.id,
});

/** The state of the feed at a version, and the one before it, as the delta's ETag prints them. */
const marksOf = ({ epoch }: Notification, version: number): Pick<Envelope, "newETag" | "baseETag"> => ({
  newETag: `${epoch}.${version}`,
  baseETag: `${epoch}.${version - 1}`,
});

const contentOf = (notification: Notification) => {
  const { id, appNotificationId, targetHostName, groupName, priority, createdAt, expiresAt, payload } = notification;
  return {
    id,
    targetHostName,
    appNotificationId,
    groupName,
    priority,
    creationDateTime: printInstant(createdAt),
    expirationDateTime: printInstant(expiresAt),
    payload: { rawContent: payload.rawContent },
  };
};
