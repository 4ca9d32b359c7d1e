import type { UserNotification } from "./notification.ts";

/** Nobody has seen to it yet, here or elsewhere: not read, not acted on. Only such a notification rings. */
export const isUnseen = ({
  readState,
  userActionState,
}: Pick<UserNotification, "readState" | "userActionState">): boolean =>
  readState === "unread" && userActionState === "noInteraction";
