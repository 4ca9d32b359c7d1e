import { assumed, quoted, set } from "./input.ts";

/** Push services. Only Google tells a number; the others answer 429 or 406 when they have had enough, and the governor learns it. */
export const pushInputs = {
  fcmPerSecond: quoted(
    10_000,
    "pushes/s, FCM project",
    "https://firebase.google.com/docs/cloud-messaging/throttling-and-quotas",
  ),
  fcmShare: assumed(0.4, "of devices", "Android; the mix is yours"),
  apnsShare: assumed(0.3, "of devices", "no number: https://developer.apple.com/documentation/usernotifications"),
  webPushShare: assumed(
    0.2,
    "of devices",
    "no number: https://mozilla-services.github.io/autopush-rs/errors.html (429)",
  ),
  wnsShare: assumed(0.1, "of devices", "no number: https://learn.microsoft.com/windows/apps (406, throttle limit)"),
  pushSeconds: assumed(0.1, "s, a push to a well push service", "`npm run bench -- channels` measures our part alone"),
  slowPushSeconds: set(9, "s, a push waited for at most", "functions/delivering/later.ts, its turn included"),
  retryBaseSeconds: set(5, "s, first retry at most", "functions/settings.ts, RETRY_BASE_SECONDS"),
  retryCapSeconds: set(3_600, "s, a later one at most", "functions/settings.ts, RETRY_CAP_SECONDS"),
  breakerMostSeconds: set(30, "s, a push service that is away is tried again", "shared/delivery/push-origin.ts"),
  awaySpread: set(0.25, "of the time it is away, a message waits longer at most", "shared/delivery/breaker.ts"),
  meetingDelay: set(
    1 / 3,
    "of its wait, a retry comes later, in the mean",
    "shared/delivery/meeting.ts: at a power of two",
  ),
} as const;
