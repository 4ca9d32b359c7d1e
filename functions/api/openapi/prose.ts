import type { Prose } from "./as-requested.ts";

/**
 * What callers should know of the members they send, beyond what the schemas say by themselves: defaults, limits, and what comes of
 * it. Kept here rather than at the parsers, so that an instance pays for it only when somebody asks for the description.
 */
const visualContent = (path: string): Prose => ({
  [`${path}.title`]: "The first line of what is drawn.",
  [`${path}.body`]: "The text below the title.",
  [`${path}.imageUrl`]:
    "A picture beside the text: an https URL, which the device fetches. Not every platform shows one.",
  [`${path}.actionUrl`]:
    "What a tap on it opens: https, or a scheme of the app's own. Never one that runs or reads something by itself, such as javascript: or file:.",
  [`${path}.sound`]:
    "default, none, the name of a sound that the app brings along, or one of Windows' own, such as Notification.Reminder.",
  [`${path}.badge`]:
    "The number on the app's icon on iOS, where 0 takes it away, and Android, where 0 says nothing. Windows shows none.",
});
const hostName = "The app, by the DNS host name it is registered under: no scheme, no path. Compared without case.";
const channelEnd =
  "Milliseconds since 1970 at which the channel ends, as the push service told the client; the subscription ends then at the latest.";
const address = "An https URL at port 443 of a push service that the server knows; at most 2048 characters.";

export const prose: Readonly<Record<string, Prose>> = {
  Notification: {
    targetHostName: hostName,
    appNotificationId:
      "Names the notification among the user's in this app. Posted again while it lives, it replaces the earlier one.",
    payload:
      "rawContent, visualContent or both. With both, Windows, iOS and Android get the visual one, browsers the raw one.",
    "payload.rawContent":
      "A text for the app itself, such as JSON: what apps and browsers get in a push where it fits, and else fetch from the feed. Never echoed by the POST's answer.",
    "payload.visualContent": "What Windows, iOS and Android draw by themselves. Browsers get nothing of it.",
    ...visualContent("payload.visualContent"),
    groupName: "Groups notifications on devices, and in $filter.",
    targetPolicy: "Which devices are pushed to. The feed has the notification for all of them.",
    "targetPolicy.platformTypes": "Absent or null: all four. Duplicates collapse.",
    displayTimeToLive:
      "For how many seconds visual content is shown; on iOS and Android, how long its push waits for the device. A whole number up to 2147483647, or a string of one. Absent: until expirationDateTime. Raw content does not heed it.",
    expirationDateTime:
      "When the notification is gone from everywhere; ISO 8601. Default: in 7 days. At most 30 days ahead, and not in the past; no zone means UTC.",
    priority:
      "How urgently raw content is pushed. Default: None for raw content, High for visual, which is pushed so in any case.",
    fallbackPolicy:
      "What to do about devices that have not fetched the notification in time. Kept with it; null is none.",
    "fallbackPolicy.endpointFallback":
      "One alert for each iOS device that has not fetched the notification after the delay. It needs iOS among targetPolicy.platformTypes.",
    "fallbackPolicy.endpointFallback.platformTypes": 'Exactly ["iOS"].',
    "fallbackPolicy.endpointFallback.fallbackDelayInSeconds": "Counted from the POST.",
    "fallbackPolicy.endpointFallback.visualContent": "What the alert shows.",
    ...visualContent("fallbackPolicy.endpointFallback.visualContent"),
  },
  Change: {
    "": "At least one of the two. Any other member is refused.",
    userActionState: "Does not imply readState.",
  },
  MarkMany: {
    "": "Either ids or all, and at least one of readState and userActionState. Any other member is refused.",
    ids: "Those to mark. One that is unknown is answered 404 by itself.",
    all: "Everything in the feed that is not so yet, newest first, 100 a call.",
    userActionState: "Does not imply readState.",
  },
  Subscription: {
    targetHostName: hostName,
    deviceId: "The client's own stable name for this device: subscribing under it again renews.",
    displayName: "For people to tell their devices apart.",
    notificationType:
      "NotificationWithPayload: the content in the push, where it fits. NotificationOnly: a push only says that there is something. NoNotification: no pushes; the device polls. Default: NotificationWithPayload for WebPush, whose content is encrypted from end to end, else NotificationOnly.",
    channel: "How to reach the device: the form that platformType takes.",
  },
  WebPushChannel: {
    "": "What a browser's PushSubscription.toJSON() gives, and the key it was subscribed with.",
    endpoint: address,
    "keys.p256dh": "An uncompressed P-256 public key, 65 bytes in base64url.",
    "keys.auth": "16 bytes in base64url.",
    applicationServerKey:
      "PushSubscription.options.applicationServerKey in base64url: the key of this server that the browser is subscribed with. Absent: that of the same channel before, or the current one. Any other server's is refused.",
    expirationTime: channelEnd,
  },
  WindowsChannel: { "": "A WNS channel.", uri: address, expirationTime: channelEnd },
  AndroidChannel: {
    "": "An FCM registration.",
    token: "1 to 4096 visible ASCII characters.",
    packageName: "The Android application id; one of those registered for targetHostName, if any are.",
  },
  iOSChannel: {
    "": "An APNs device token.",
    token: "In hexadecimal.",
    bundleId: "One of those registered for targetHostName, if any are.",
    environment: "Which of Apple's push services the token is of.",
  },
};
