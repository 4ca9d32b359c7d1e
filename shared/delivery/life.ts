import { milliseconds } from "../clock.ts";
import { printInstant } from "../notification/instant.ts";
import type { Notification } from "../notification/notification.ts";

/** What became of the notification itself, its content left out. */
export const lifeOf = (notification: Notification) => {
  const { id, appNotificationId, targetHostName, status, priority, platformTypes, payload } = notification;
  const { readState, userActionState, createdAt, contentAt, modifiedAt, expiresAt, version, contentVersion } =
    notification;
  const { fallback, displayUntil } = notification;
  return {
    id,
    targetHostName,
    appNotificationId,
    status,
    priority,
    platformTypes,
    content: [
      ...(payload.rawContent === undefined ? [] : ["rawContent"]),
      ...(payload.visualContent === undefined ? [] : ["visualContent"]),
    ],
    /** So long from the content's time Windows keeps the toast, and a push of visual content waits for its device anywhere; seconds. */
    displayTimeToLive: Math.round((displayUntil - contentAt) / milliseconds.second),
    fallbackDelayInSeconds: fallback?.delaySeconds ?? null,
    readState,
    userActionState,
    creationDateTime: printInstant(createdAt),
    /** Of the content that stands; later than the creation if it was replaced. */
    contentDateTime: printInstant(contentAt),
    lastModifiedDateTime: modifiedAt === null ? null : printInstant(modifiedAt),
    expirationDateTime: printInstant(expiresAt),
    version,
    contentVersion,
  };
};
