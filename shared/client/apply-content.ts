import { isAtLeast, isBeginning } from "./etag.ts";
import type { LocalState } from "./local-state.ts";
import type { PushMessage } from "./push-message.ts";
import { isSameContent, withKnown } from "./with-known.ts";

/**
 * What a push brought, applied if it takes the feed on from the very state that is known: then no other change lies between. Returns the
 * same object if it does not, be it that something was missed or that this is known already (`hasReached` tells which).
 *
 * A push may have been overtaken by the answer to the user's own change or deletion, which is newer and stays. It moves `mark` only, not `link`: the
 * next pass tells the notification again, whole.
 */
export const applyContent = (
  state: LocalState,
  { baseETag, newETag, notification }: PushMessage & { kind: "content" },
): LocalState => {
  if (state.mark !== baseETag && !(isBeginning(state.mark) && isBeginning(baseETag))) return state;
  const before = state.known.get(notification.id);
  if (isAtLeast(before?.etag, newETag) || state.deleted.includes(notification.id)) return { ...state, mark: newETag };
  // Posted again with the same words it keeps its visual content, which a push does not tell of.
  const isSame = before && isSameContent(before.notification, notification);
  const payload = { ...(isSame && before.notification.payload), ...notification.payload };
  const applied = { notification: { ...notification, payload }, etag: newETag };
  return { ...withKnown(state, new Map(state.known).set(notification.id, applied)), mark: newETag };
};

/** Whether all that a push with this `newETag` speaks of is known here already: there is nothing to fetch. */
export const hasReached = (state: LocalState, newETag: string): boolean => isAtLeast(state.mark, newETag);
