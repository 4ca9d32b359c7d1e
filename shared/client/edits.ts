import { isAtLeast } from "./etag.ts";
import type { Versioned } from "./feed-api.ts";
import { isAlike } from "./is-alike.ts";
import type { Edit, LocalState } from "./local-state.ts";
import type { StateChange } from "./notification.ts";
import { withKnown } from "./with-known.ts";

/**
 * What the user does, laid down to be sent. It takes the place of the notification's earlier edit and takes over what that would have
 * changed besides; nothing comes after a deletion. It has a number of its own, so that the answer to the earlier one, if that is on its
 * way already, does not settle it. Returns the same object when there is nothing to send: the notification is not known (any more), or is
 * so already and nothing is waiting that would make it otherwise.
 */
export const addEdit = (state: LocalState, id: string, change: StateChange | "delete"): LocalState => {
  const notification = state.known.get(id)?.notification;
  const earlier = state.edits.find((edit) => edit.id === id);
  if (!notification || earlier?.change === "delete") return state;
  if (!earlier && change !== "delete" && isAlike({ ...notification, ...change }, notification)) return state;
  const number = state.lastEdit + 1;
  const edit: Edit = { number, id, change: change === "delete" ? change : { ...earlier?.change, ...change } };
  return { ...state, edits: [...state.edits.filter((other) => other !== earlier), edit], lastEdit: number };
};

/**
 * The service has made the change and answered with the notification: known from now on, if it is news. It says nothing of the changes
 * before it, so `mark` stays. What was told to be gone meanwhile stays gone, and an answer of another epoch is left to the delta.
 */
export const editDone = (state: LocalState, number: number, { notification, etag }: Versioned): LocalState => {
  const settled = editDropped(state, number);
  const before = state.known.get(notification.id);
  if (!before || (before.etag && !isAtLeast(etag, before.etag))) return settled;
  return withKnown(settled, new Map(state.known).set(notification.id, { notification, etag }));
};

/**
 * The service has refused the edit, or (many changed at once, where the answer has no notifications) the delta has been read since it was
 * made. The same object when a later edit has taken its place.
 */
export const editDropped = (state: LocalState, number: number): LocalState => {
  const edits = state.edits.filter((edit) => edit.number !== number);
  return edits.length < state.edits.length ? { ...state, edits } : state;
};

/** So many are remembered: what has come to its end before the delta told of it is told no more. */
const deletedMax = 100;

/** The service has deleted the notification, or does not have it (404): with it go its edits. */
export const forget = (state: LocalState, id: string): LocalState => {
  if (!state.known.has(id)) return state;
  const known = new Map(state.known);
  known.delete(id);
  return { ...withKnown(state, known), deleted: [...state.deleted, id].slice(-deletedMax) };
};
