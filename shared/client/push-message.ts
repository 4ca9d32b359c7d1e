import type { UserNotification } from "./notification.ts";

/** What a push says (contract, section 5): content that brings the feed from one state to the next, or that there is something to read. */
export type PushMessage =
  | {
      readonly kind: "content";
      readonly baseETag: string;
      readonly newETag: string;
      readonly notification: UserNotification;
      /** The service asks the browser to subscribe anew: its key is being replaced. */
      readonly isToResubscribe: boolean;
    }
  | { readonly kind: "tap"; readonly newETag: string; readonly isToResubscribe: boolean };
