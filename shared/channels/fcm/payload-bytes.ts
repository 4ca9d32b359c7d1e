import type { FcmMessage } from "./fcm-message.ts";

/** Google's limit for a message to one device: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, INVALID_ARGUMENT. */
export const payloadBytesMax = 4_096;

/** What every message costs before its first entry, and what each entry costs beside its key and its value. */
const frameBytes = 39;
const entryBytes = 6;
/** A notification's members travel among the data, by such names. */
const notificationPrefix = "gcm.notification.";

/**
 * What a message counts against `payloadBytesMax`. Google says only that keys and values of the payload count, and not the JSON around them;
 * who tried found that of data alone 4,051 bytes of one key and its value are taken, 4,045 of two, 4,039 of three: 39 bytes for the message
 * and 6 for each entry. Counted so, in UTF-8, are the data, the notification's members by the longest names they are known to travel under,
 * and, to be on the safe side, the collapse key and the package name: what counts too much goes as a tap, what counts too little is refused.
 */
export const payloadBytes = ({ data, notification, android }: FcmMessage): number => {
  const { collapse_key, restricted_package_name, notification: drawn } = android;
  const named = Object.entries({ ...data, collapse_key, restricted_package_name });
  const ofNotification = Object.entries<string | number>({ ...notification, ...drawn });
  const prefixed = ofNotification.map(([key, value]): Entry => [notificationPrefix + key, value]);
  return [...named, ...prefixed].reduce((bytes, entry) => bytes + bytesOf(entry), frameBytes);
};

type Entry = readonly [key: string, value: string | number];

const bytesOf = ([key, value]: Entry): number => Buffer.byteLength(key) + Buffer.byteLength(String(value)) + entryBytes;
