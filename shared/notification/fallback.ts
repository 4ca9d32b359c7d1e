import { milliseconds } from "../clock.ts";
import type { Notification } from "./notification.ts";

/** When the fallback's alert is due, epoch milliseconds; undefined where there is none, or the notification ends before. */
export const alertAt = ({
  fallback,
  contentAt,
  expiresAt,
}: Pick<Notification, "fallback" | "contentAt" | "expiresAt">): number | undefined => {
  if (!fallback) return undefined;
  const due = contentAt + fallback.delaySeconds * milliseconds.second;
  return due < expiresAt ? due : undefined;
};
