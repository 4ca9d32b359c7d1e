import type { Notification } from "../notification/notification.ts";
import type { StoredRow } from "../storage/table.ts";
import { admit } from "../throttle/usage.ts";
import type { Precondition } from "./feed.ts";
import type { Mark } from "./mark.ts";
import { aliasKey, notificationRow } from "./rows.ts";
import { checkPrecondition, movedInLog, over, storedIn, type Decision, type Standing } from "./write.ts";

/** What is left of a deleted notification: nothing its caller wrote, but what the delta and the devices' taps need. */
const tombstoneOf = (notification: Notification, { epoch, version }: Mark, now: number): Notification => ({
  ...notification,
  epoch,
  version,
  modifiedAt: now,
  status: "deleted",
  payload: {},
  groupName: null,
  appNotificationId: "",
  fallback: null,
});

/**
 * Deletes what is live; what was deleted already stays as it is, and yet counts as a write, since both are answered 204. Nothing
 * is written for an id nobody knows. Throws `precondition-failed`; a repeat is not asked, for its If-Match named what it deleted itself.
 */
export const decideRemove = (
  isMet: Precondition | undefined,
  row: StoredRow | undefined,
  { feed, head, limits, now }: Standing,
): Decision<Notification | undefined> => {
  const admission = admit(head.usage, limits, now);
  if (admission.kind === "full") return admission;
  const { usage } = admission;
  const stored = storedIn(row, now);
  if (!stored) return { kind: "leave", result: undefined };
  const { notification } = stored;
  if (notification.status === "deleted") {
    return { kind: "write", head: { version: head.version, usage }, changes: [], result: notification };
  }

  checkPrecondition(isMet, stored);
  const version = head.version + 1;
  const tombstone = tombstoneOf(notification, { epoch: head.epoch, version }, now);
  const changes = [
    over(stored.row, notificationRow(feed, tombstone)),
    // It points here: whoever took the appNotificationId over found this one expired, and no later writer finds it live.
    { kind: "delete", partitionKey: feed, rowKey: aliasKey(notification.appNotificationId) } as const,
    ...movedInLog({ feed, head }, notification.version, tombstone),
  ];
  return { kind: "write", head: { version, usage }, changes, result: tombstone };
};
