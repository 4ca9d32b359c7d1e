import type { UserActionState, UserNotification } from "../notification.ts";
import { UserNotificationUserActionState } from "./statuses.ts";

/** A notification as the original's web SDK gave it. */
export type OriginalNotification = {
  readonly id: string;
  readonly appNotificationId: string;
  readonly groupName: string | null;
  readonly creationDateTime: Date;
  /** Null until it was first changed. */
  readonly lastModifiedDateTime: Date | null;
  readonly expirationDateTime: Date;
  readonly status: "active" | "updated" | "deleted";
  readonly priority: "None" | "High" | "Low";
  /** True: read. */
  readonly readState: boolean;
  readonly userActionState: UserNotificationUserActionState;
  readonly payload: OriginalPayload;
};

/** `rawContent` where there is any, else `title` and `body` of what a system would draw; of a deleted notification nothing is left. */
type OriginalPayload = { readonly rawContent?: string; readonly title?: string; readonly body?: string };

/**
 * The service's notification in the original's shape. Its times are Dates: apps compare them by `<`, which the service's texts, of
 * fractions cut where the zeros begin, do not bear.
 */
export const asOriginal = (notification: UserNotification): OriginalNotification => ({
  ...frameOf(notification),
  status: notification.lastModifiedDateTime === null ? "active" : "updated",
  payload: payloadOf(notification),
});

/** What is told of a notification that is gone: which one it was, and no content. */
export const asDeleted = (notification: UserNotification): OriginalNotification => ({
  ...frameOf(notification),
  status: "deleted",
  payload: {},
});

const frameOf = (notification: UserNotification): Omit<OriginalNotification, "status" | "payload"> => ({
  id: notification.id,
  appNotificationId: notification.appNotificationId,
  groupName: notification.groupName,
  creationDateTime: new Date(notification.creationDateTime),
  lastModifiedDateTime: notification.lastModifiedDateTime === null ? null : new Date(notification.lastModifiedDateTime),
  expirationDateTime: new Date(notification.expirationDateTime),
  priority: notification.priority,
  readState: notification.readState === "read",
  userActionState: numberOf[notification.userActionState],
});

const payloadOf = ({ payload: { rawContent, visualContent } }: UserNotification): OriginalPayload => {
  if (rawContent !== undefined) return { rawContent };
  // Apps look at both before they show either.
  return visualContent ? { title: visualContent.title, body: visualContent.body ?? "" } : {};
};

const numberOf: Readonly<Record<UserActionState, UserNotificationUserActionState>> = {
  noInteraction: UserNotificationUserActionState.None,
  activated: UserNotificationUserActionState.Activated,
  dismissed: UserNotificationUserActionState.Dismissed,
  snoozed: UserNotificationUserActionState.Snoozed,
};

/** The service's word for one of the original's numbers; undefined for any other number. */
export const userActionStateOf = (number: number): UserActionState | undefined => words[number];

const words: readonly UserActionState[] = ["noInteraction", "activated", "dismissed", "snoozed"];
