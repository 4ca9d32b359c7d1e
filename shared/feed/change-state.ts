import type { Notification, StateChange } from "../notification/notification.ts";
import type { Change, StoredRow } from "../storage/table.ts";
import { admit } from "../throttle/usage.ts";
import type { Precondition } from "./feed.ts";
import { changesTo, checkPrecondition, storedIn, type Decision, type Standing, type Stored } from "./write.ts";

export type StateWrite = {
  readonly change: StateChange;
  readonly isMet: Precondition | undefined;
  /** It counts also when none is live. */
  readonly countsAlways: boolean;
  /** An earlier part of the same call was counted already. */
  readonly isCounted: boolean;
};

/** For each row read, the notification as it is then; undefined where none is live. */
export type Changed = readonly (Notification | undefined)[];

/**
 * Changes the state of those notifications that live and are not in it yet; each takes a version of its own. The write counts
 * even if all were in that state; if none is live, only when it always does: else that is a 404, and nothing is written. Throws `precondition-failed`.
 */
export const decideChange = (
  { change, isMet, countsAlways, isCounted }: StateWrite,
  rows: readonly (StoredRow | undefined)[],
  { feed, head, limits, now }: Standing,
): Decision<Changed> => {
  const admission = isCounted ? { kind: "admitted" as const, usage: head.usage } : admit(head.usage, limits, now);
  if (admission.kind === "full") return admission;

  let { version } = head;
  const changes: Change[] = [];
  const result = rows.map((row) => {
    const stored = liveIn(row, now);
    if (!stored) return undefined;
    checkPrecondition(isMet, stored);
    const { notification } = stored;
    const changed = { ...notification, ...stateAfter(notification, change) };
    if (changed.readState === notification.readState && changed.userActionState === notification.userActionState) {
      return notification;
    }
    version += 1;
    const after: Notification = { ...changed, status: "updated", modifiedAt: now, epoch: head.epoch, version };
    changes.push(...changesTo({ feed, head }, stored, after));
    return after;
  });
  const counts = countsAlways || result.some((notification) => notification !== undefined);
  const isWritten = changes.length > 0 || (counts && !isCounted);
  if (!isWritten) return { kind: "leave", result };
  return { kind: "write", head: { version, usage: admission.usage }, changes, result };
};

const liveIn = (row: StoredRow | undefined, now: number): Stored | undefined => {
  const stored = storedIn(row, now);
  return stored?.notification.status === "deleted" ? undefined : stored;
};

const stateAfter = (before: Notification, change: StateChange): Required<StateChange> => ({
  readState: change.readState ?? before.readState,
  userActionState: change.userActionState ?? before.userActionState,
});
