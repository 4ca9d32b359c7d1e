import type { UserNotification } from "../notification.ts";
import { cutText } from "./cut-text.ts";

/** What one row of the inbox says. All of it is somebody else's text: it is shown as text and nothing else. */
export type Row = {
  readonly id: string;
  /** Never blank. */
  readonly headline: string;
  readonly details: string | undefined;
  /** There is more of it than a list should show unasked. */
  readonly isLong: boolean;
  readonly group: string | undefined;
  /** Where it leads: http or https. */
  readonly openUrl: string | undefined;
  /** https only, so that nobody on the way learns what is read here. */
  readonly imageUrl: string | undefined;
  readonly isUnread: boolean;
  readonly isDismissed: boolean;
  readonly isSnoozed: boolean;
  readonly isUrgent: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** A notification as a row. `untitled` stands in for a text that is blank. */
export const rowOf = (notification: UserNotification, untitled: string): Row => {
  const { visualContent, rawContent } = notification.payload;
  const isRaw = visualContent === undefined;
  const headline = legible(isRaw ? rawContent : visualContent.title) ?? untitled;
  const details = legible(visualContent?.body);
  return {
    id: notification.id,
    headline,
    details,
    isLong: isLong(headline) || isLong(details ?? ""),
    group: legible(notification.groupName ?? undefined),
    openUrl: urlWith(visualContent?.actionUrl, ["https:", "http:"]),
    imageUrl: urlWith(visualContent?.imageUrl, ["https:"]),
    isUnread: notification.readState === "unread",
    isDismissed: notification.userActionState === "dismissed",
    isSnoozed: notification.userActionState === "snoozed",
    // Visual content always goes out high: it says nothing there.
    isUrgent: isRaw && notification.priority === "High",
    createdAt: Date.parse(notification.creationDateTime),
    expiresAt: Date.parse(notification.expirationDateTime),
  };
};

/** More than anybody reads in a list, and little enough to lay out: a notification may be 64 KiB of one word. */
const unitsMax = 4_000;

/** Undefined when there is nothing to be seen in it: blank, or made of characters that take no room. */
const legible = (text: string | undefined): string | undefined => {
  const trimmed = text?.trim() ?? "";
  if (!/[^\p{Cf}\p{Z}\p{Cc}\u{3164}\u{2800}\u{115f}\u{1160}\u{ffa0}]/u.test(trimmed)) return undefined;
  return cutText(trimmed, unitsMax);
};

/** More than the three lines a narrow list gives it, or likely so. */
const isLong = (text: string): boolean => text.length > 180 || text.split("\n", 4).length > 3;

const urlWith = (text: string | undefined, protocols: readonly string[]): string | undefined => {
  if (text === undefined) return undefined;
  try {
    const url = new URL(text);
    return protocols.includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
};
