import { member } from "../../../shared/members.ts";
import { parseInstant } from "../../../shared/notification/instant.ts";
import { refusedFor, textOf, type Understood } from "./entry.ts";
import { hubEntry, type HubOptions } from "./hub-entry.ts";

/**
 * Reads one installation of a notification hub, as `GET …/installations/{id}` answers it; SDKs spell some members in another case.
 * https://learn.microsoft.com/rest/api/notificationhubs/create-overwrite-installation
 */
export const hubInstallation = (value: unknown, options: HubOptions, now: number): Understood => {
  const installationId = textOf(member(value, "installationId"));
  if (installationId === undefined) return refusedFor("it is no installation: it has no installationId");
  if (isTrue(member(value, "expiredPushChannel")) || isTrue(member(value, "pushChannelExpired"))) {
    return refusedFor("its push channel has ended, as the hub was told");
  }
  if (isOver(member(value, "expirationTime"), now)) return refusedFor("it had expired at the hub");
  const channel = member(value, "pushChannel");
  const tags = member(value, "tags");
  return hubEntry(
    {
      id: installationId,
      deviceId: installationId,
      platform: (textOf(member(value, "platform")) ?? "").toLowerCase(),
      handle: textOf(channel),
      ...(typeof channel === "object" && channel !== null && { browser: browserIn(channel) }),
      userId: textOf(member(value, "userId")),
      tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [],
      updatedAt: parseInstant(textOf(member(value, "lastUpdate")) ?? ""),
    },
    options,
  );
};

const browserIn = (channel: object) => ({
  endpoint: member(channel, "endpoint"),
  p256dh: member(channel, "p256dh"),
  auth: member(channel, "auth"),
});

const isTrue = (value: unknown): boolean => value === true || value === "true";

/** A hub writes 9999-12-31 for never. */
export const isOver = (value: unknown, now: number): boolean =>
  (parseInstant((textOf(value) ?? "").replace(/(\.\d{1,9})\d*/, "$1")) ?? Infinity) <= now;
