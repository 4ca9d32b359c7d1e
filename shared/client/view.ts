import type { LocalState } from "./local-state.ts";
import type { UserNotification } from "./notification.ts";
import { withKnown } from "./with-known.ts";

/**
 * What the user sees at `nowMs` (epoch milliseconds): newest first, with the user's own edits laid over, without what was deleted here or
 * has expired. A notification that nothing is laid over is the very object that is known.
 */
export const viewOf = ({ known, edits }: LocalState, nowMs: number): readonly UserNotification[] => {
  const changes = new Map(edits.map(({ id, change }) => [id, change]));
  return [...known.values()]
    .flatMap(({ notification }) => {
      const change = changes.get(notification.id);
      if (change === "delete" || Date.parse(notification.expirationDateTime) <= nowMs) return [];
      return [change ? { ...notification, ...change } : notification];
    })
    .sort(newestFirst);
};

const newestFirst = (one: UserNotification, other: UserNotification): number =>
  Date.parse(other.creationDateTime) - Date.parse(one.creationDateTime) || (other.id < one.id ? -1 : 1);

/**
 * The state without what expired more than a day before `nowMs`; the same object if nothing did. The delta does not tell of ends that
 * everybody knows. The day is for browsers whose clock is ahead: what is forgotten here is not told again.
 */
export const withoutExpired = (state: LocalState, nowMs: number): LocalState => {
  const alive = [...state.known].filter(
    ([, { notification }]) => Date.parse(notification.expirationDateTime) > nowMs - 86_400_000,
  );
  return alive.length < state.known.size ? withKnown(state, new Map(alive)) : state;
};
