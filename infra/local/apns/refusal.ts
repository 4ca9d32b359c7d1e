/**
 * Apple's error strings with their statuses, those that a push here can bring about by itself; the others (`IdleTimeout`, `TooManyRequests`,
 * `ServiceUnavailable` …) are made with `_faults`.
 * https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
 */
const statuses = {
  BadCollapseId: 400,
  BadDeviceToken: 400,
  BadExpirationDate: 400,
  BadMessageId: 400,
  BadPriority: 400,
  BadTopic: 400,
  DeviceTokenNotForTopic: 400,
  DuplicateHeaders: 400,
  InvalidPushType: 400,
  MissingDeviceToken: 400,
  MissingTopic: 400,
  PayloadEmpty: 400,
  TopicDisallowed: 400,
  ExpiredProviderToken: 403,
  InvalidProviderToken: 403,
  MissingProviderToken: 403,
  BadPath: 404,
  MethodNotAllowed: 405,
  Unregistered: 410,
  PayloadTooLarge: 413,
  TooManyProviderTokenUpdates: 429,
  InternalServerError: 500,
} as const;

/** Why a push is not taken: Apple's word for the sender, and a sentence for the developer who reads the log here. */
export type Refusal = {
  readonly kind: "refused";
  readonly reason: keyof typeof statuses;
  readonly message: string;
  /** Since when the device token is no longer good, milliseconds since the epoch; told with `Unregistered`. */
  readonly timestamp?: number;
};

export const refused = (reason: Refusal["reason"], message: string): Refusal => ({ kind: "refused", reason, message });

/** The answer to a refused push: status and JSON body. */
export const refusalAnswer = ({ reason, timestamp }: Refusal): { readonly status: number; readonly body: string } => ({
  status: statuses[reason],
  body: JSON.stringify({ reason, timestamp }),
});
