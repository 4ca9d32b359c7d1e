/**
 * A message of FCM's HTTP v1 API, but for the token it goes to, by Google's own names:
 * https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
 */
export type FcmMessage = {
  /** What the system draws; without it the app is run with the data. */
  readonly notification?: { readonly title: string; readonly body?: string; readonly image?: string };
  readonly android: {
    readonly priority: "HIGH" | "NORMAL";
    /** Whole seconds, with an "s". */
    readonly ttl: string;
    readonly collapse_key: string;
    readonly restricted_package_name: string;
    readonly notification?: { readonly tag: string; readonly sound?: string; readonly notification_count?: number };
  };
  readonly data: Readonly<Record<string, string>>;
};
