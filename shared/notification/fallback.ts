import { milliseconds } from "../clock.ts";
import type { Notification } from "./notification.ts";

/** When the delay is over in which a device may fetch the content instead, epoch milliseconds. */
export const endOfDelay = (contentAt: number, { delaySeconds }: NonNullable<Notification["fallback"]>): number =>
  contentAt + delaySeconds * milliseconds.second;

/** When the fallback's alert is due, epoch milliseconds; undefined where there is none, or the notification ends before. */
export const alertAt = ({
  fallback,
  contentAt,
  expiresAt,
}: Pick<Notification, "fallback" | "contentAt" | "expiresAt">): number | undefined => {
  const due = fallback ? endOfDelay(contentAt, fallback) : undefined;
  return due !== undefined && due < expiresAt ? due : undefined;
};
