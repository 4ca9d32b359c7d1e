import { isAlike } from "./is-alike.ts";
import type { Known, LocalState } from "./local-state.ts";
import type { UserNotification } from "./notification.ts";

/**
 * The state with this known instead. Edits stand and fall with what they were made on: where that is gone, or other content has taken
 * its place, they are dropped, for the user has not seen the new one.
 */
export const withKnown = (state: LocalState, known: ReadonlyMap<string, Known>): LocalState => ({
  ...state,
  known,
  edits: state.edits.filter(({ id }) => {
    const before = state.known.get(id);
    const after = known.get(id);
    return before && after && isSameContent(before.notification, after.notification);
  }),
});

/**
 * Whether one is the other with, at most, another state. That it was posted again with the very same words is no matter. A push
 * brings no visual content, so that it is absent says nothing.
 */
export const isSameContent = (one: UserNotification, other: UserNotification): boolean => {
  const { rawContent, visualContent } = one.payload;
  return (
    one.expirationDateTime === other.expirationDateTime &&
    rawContent === other.payload.rawContent &&
    isAlike(visualContent ?? other.payload.visualContent, other.payload.visualContent ?? visualContent)
  );
};
