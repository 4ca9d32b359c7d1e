import { dataOf, drawnOf, type FcmMessage } from "./message.ts";

/** https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, INVALID_ARGUMENT. */
export const payloadBytesMax = 4_096;

/**
 * The size of what goes to the phone: keys and values, of the data and of what is drawn, with what the message (39) and each entry (6) cost
 * beside, so that of data alone the most that is taken is 4,051 bytes in one entry, 4,045 in two: which is what has been seen of Google's.
 */
export const payloadSize = (message: FcmMessage): number => {
  const drawn = Object.entries(drawnOf(message) ?? {}).map(([key, value]) => `gcm.n.${key}${String(value)}`);
  const data = Object.entries(dataOf(message)).map(([key, value]) => key + value);
  return [...drawn, ...data].reduce((bytes, entry) => bytes + Buffer.byteLength(entry) + 6, 39);
};
