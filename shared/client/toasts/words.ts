/** What toasts say by themselves; an app replaces any of it, for its language and its tone. */
export type ToastWords = {
  /** The button that opens the app. */
  readonly open: string;
  /** The button that dismisses the notification, here and on the user's other devices. */
  readonly dismiss: string;
  /** Something has come, and it cannot be said what: its content is no text for people, or could not be fetched. */
  readonly somethingNew: string;
  /** A push has come for which there is nothing left to show. */
  readonly nothingNew: string;
};

export const englishToastWords: ToastWords = {
  open: "Open",
  dismiss: "Dismiss",
  somethingNew: "You have a new notification.",
  nothingNew: "You have seen everything.",
};
