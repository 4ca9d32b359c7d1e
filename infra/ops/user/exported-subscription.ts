import type { DataCipher } from "../../../shared/data-keys.ts";
import { printInstant } from "../../../shared/notification/instant.ts";
import type { StoredRow } from "../../../shared/storage/table.ts";
import { subscriptionOf, unopened } from "../../../shared/subscription/subscription-row.ts";

/** The cipher that opens channels, where DATA_KEYS is at hand. */
export type Opened = DataCipher | undefined;

/**
 * A device's subscription. Its channel, opened, is how a push service addresses it: a secret of the person's own. Without DATA_KEYS it is
 * "sealed". Of its UNSID, which lets its bearer post to the person, no more is told than that there is one.
 */
export const exportedSubscription = (row: StoredRow, cipher: Opened) => {
  const sealed = unopened(row);
  if (!sealed) return { subscriptionId: row.rowKey.slice("s_".length), malformed: true };
  const { id, platformType, notificationType, displayName, vapidKeyId } = sealed;
  const open = cipher && subscriptionOf(row, cipher, () => undefined);
  return {
    subscriptionId: id,
    deviceId: deviceIdOf(row),
    displayName,
    platformType,
    notificationType,
    channel: sealed.channel === null ? null : (open?.channel ?? "sealed"),
    vapidKeyId: vapidKeyId ?? null,
    registeredDateTime: instantOf(row.registeredAt),
    expirationDateTime: instantOf(row.expiresAt),
    hasUserNotificationSubscriptionId: typeof row.unsid === "string",
  };
};

/** `unopened` has read it. */
const deviceIdOf = (row: StoredRow): unknown => {
  const about: unknown = JSON.parse(String(row.about));
  return typeof about === "object" && about !== null && "deviceId" in about ? about.deviceId : null;
};

const instantOf = (value: unknown): string | null => (value instanceof Date ? printInstant(value.getTime()) : null);
