import { apnsMessage } from "../../shared/channels/apns/message.ts";
import type { Attempt, Composed } from "../../shared/channels/channel.ts";
import { fcmComposed, fcmPush } from "../../shared/channels/fcm/message.ts";
import { webPushComposed } from "../../shared/channels/webpush/message.ts";
import { wnsComposed } from "../../shared/channels/wns/message.ts";

/** What the real sender would send, by its own message builder; undefined for what is not for that platform at all. */
export const composeOf = (attempt: Attempt, now: number): Composed | undefined => {
  const { kind, notification, subscription } = attempt;
  const { channel } = subscription;
  switch (channel?.kind) {
    case "webpush":
      return kind === "content" ? webPushComposed(notification, subscription, { now }) : undefined;
    case "wns":
      return wnsComposed(attempt, now);
    case "fcm":
      return kind === "fallback" ? undefined : fcmComposed(fcmPush({ ...attempt, kind }, channel, now));
    case "apns":
      return apnsMessage(attempt, now);
    case undefined:
      return undefined;
  }
};

/** The name by which the system takes one push for the successor of another: topic, tag, collapse id. */
export const replacesBy = ({ headers, body }: Composed): string => {
  const { topic, "x-wns-tag": tag, "x-wns-group": group, "apns-collapse-id": collapseId } = headers;
  if (topic !== undefined) return topic;
  if (tag !== undefined) return `${group ?? ""} ${tag}`;
  if (collapseId !== undefined) return collapseId;
  const { message } = JSON.parse(body) as { message: { android: { notification?: { tag: string } } } };
  return message.android.notification?.tag ?? "";
};
