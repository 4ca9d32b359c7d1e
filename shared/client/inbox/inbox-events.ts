import type { UserNotification } from "../notification.ts";

/** The events of `<fanfare-inbox>`, with what they carry. */
export type FanfareInboxEvents = {
  /** Somebody opens a notification. Cancelable: the app shows it itself, and no link is followed. It counts as opened either way. */
  readonly "fanfare-open": CustomEvent<UserNotification>;
  /** How many wait to be read has changed: for the title of a page, or a badge. */
  readonly "fanfare-unread": CustomEvent<number>;
  /** The service refuses the token, a renewed one too: the user has to sign in again. */
  readonly "fanfare-unauthorized": CustomEvent<null>;
};

declare global {
  interface HTMLElementEventMap {
    "fanfare-open": FanfareInboxEvents["fanfare-open"];
    "fanfare-unread": FanfareInboxEvents["fanfare-unread"];
    "fanfare-unauthorized": FanfareInboxEvents["fanfare-unauthorized"];
  }
}
