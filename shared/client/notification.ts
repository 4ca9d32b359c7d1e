/** What a platform draws by itself of a notification. */
export type VisualContent = {
  readonly title: string;
  readonly body?: string;
  readonly imageUrl?: string;
  readonly actionUrl?: string;
  readonly sound?: string;
  readonly badge?: number;
};

/** What the user has seen and done; neither implies the other. */
export type ReadState = "unread" | "read";
export type UserActionState = "noInteraction" | "activated" | "dismissed" | "snoozed";

/** A change of state, one member or both. */
export type StateChange = { readonly readState?: ReadState; readonly userActionState?: UserActionState };

/** A notification as the service gives it (contract, section 4); times are ISO 8601 in UTC. */
export type UserNotification = {
  readonly id: string;
  readonly targetHostName: string;
  readonly appNotificationId: string;
  readonly groupName: string | null;
  readonly creationDateTime: string;
  /** Null until it was first changed. */
  readonly lastModifiedDateTime: string | null;
  readonly expirationDateTime: string;
  readonly priority: "None" | "High" | "Low";
  readonly readState: ReadState;
  readonly userActionState: UserActionState;
  readonly payload: { readonly rawContent?: string; readonly visualContent?: VisualContent };
};
