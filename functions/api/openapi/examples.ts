/** One notification's way through the service, as the description's examples tell it. */
const id = "019f3c2a-7d10-7b62-9c55-0d6f3a1b8e42";
const host = "graphnotifications.sample.windows.com";
const expires = "2026-12-01T22:05:36.25Z";
const visualContent = { title: "Hello World!", body: "Notifications are Great!" };
const payload = { rawContent: '{"order":7,"state":"ready"}', visualContent };
const context = (base: string, rest: string): string =>
  `${base}/$metadata#users('graphnotify%40contoso.com')/notifications${rest}`;

const notification = {
  targetHostName: host,
  appNotificationId: "order-7",
  payload,
  targetPolicy: { platformTypes: ["Windows", "iOS", "Android", "WebPush"] },
  priority: "High",
  groupName: "TestGroup",
  displayTimeToLive: "60",
};

const entity = {
  id,
  targetHostName: host,
  appNotificationId: "order-7",
  groupName: "TestGroup",
  creationDateTime: "2026-11-24T22:05:36.25Z",
  lastModifiedDateTime: "2026-11-24T22:06:01.5Z",
  expirationDateTime: expires,
  status: "updated",
  priority: "High",
  displayTimeToLive: 35,
  readState: "read",
  userActionState: "noInteraction",
  targetPolicy: notification.targetPolicy,
  payload,
  "@odata.etag": '"c2hvcnQtZXBv.42"',
};

const { id: _, "@odata.etag": __, ...storedEntity } = entity;
const rehearsedNotification = { ...storedEntity, status: "active", readState: "unread", lastModifiedDateTime: null };

const subscription = {
  targetHostName: host,
  platformType: "WebPush",
  deviceId: "7f0c1d1e-5a7b-4a4e-9d43-2f6f2f0f5a10",
  displayName: "Edge on laptop",
  notificationType: "NotificationWithPayload",
};
const subscribed = {
  id: "5f1d0c7e9b2a4c33",
  expirationDateTime: "2026-12-24T22:05:36.25Z",
  ...subscription,
};

export const examplesFor = (base: string) => ({
  notification,
  accepted: {
    "@odata.context": context(base, "/$entity"),
    displayTimeToLive: 59,
    expirationDateTime: expires,
    groupName: "TestGroup",
    id,
    priority: "High",
    payload: { visualContent },
  },
  dryRun: {
    dryRun: true,
    status: 201,
    notification: rehearsedNotification,
    deliveries: [
      {
        subscriptionId: "5f1d0c7e9b2a4c33",
        platformType: "WebPush",
        displayName: null,
        notificationType: "NotificationOnly",
        channelState: "active",
        isTold: true,
        explanation:
          "The app is told that there is something to fetch: raw content is in the push only for NotificationWithPayload.",
        push: {
          form: "tap",
          tapBecause: "asked",
          headers: { ttl: "604800", urgency: "high", topic: "Qm9sZF9pc19iZWF1dGlmdWxfMTIz" },
          body: '{"changeType":"afsChangeNotification","newETag":"c2hvcnQtZXBv.42","baseETag":"c2hvcnQtZXBv.41"}',
          bytes: 94,
          bytesMax: 3993,
        },
      },
      {
        subscriptionId: "0c7e5f1d9b2a4c34",
        platformType: "Android",
        displayName: null,
        notificationType: "NoNotification",
        channelState: "active",
        isTold: false,
        explanation: "Not pushed to: it subscribed with NoNotification: it polls.",
      },
    ],
    fallback: null,
  },
  entity,
  list: { "@odata.context": context(base, ""), value: [entity] },
  delta: {
    "@odata.context": context(base, "/$delta"),
    value: [
      entity,
      { id: "019f3c2a-11aa-7d9e-8f00-5b1c2d3e4f50", status: "deleted", "@removed": { reason: "deleted" } },
    ],
    "@odata.deltaLink": `${base}/me/notifications/delta?targetHostName=${host}&$deltatoken=opaque`,
  },
  change: { readState: "read", userActionState: "activated" },
  markMany: { ids: [id], readState: "read" },
  deliveries: {
    notification: {
      id,
      targetHostName: host,
      appNotificationId: "order-7",
      status: "active",
      priority: "High",
      platformTypes: ["Windows", "iOS", "Android", "WebPush"],
      content: ["rawContent", "visualContent"],
      displayTimeToLive: 604_800,
      fallbackDelayInSeconds: null,
      readState: "unread",
      userActionState: "noInteraction",
      creationDateTime: "2026-11-24T22:05:36.25Z",
      contentDateTime: "2026-11-24T22:05:36.25Z",
      lastModifiedDateTime: null,
      expirationDateTime: expires,
      version: 12,
      contentVersion: 12,
    },
    value: [
      {
        subscriptionId: "5f1d0c7e9b2a4c33",
        platformType: "WebPush",
        displayName: "Edge on laptop",
        outcome: "busy",
        reason: "503",
        attempts: 2,
        lastAttemptDateTime: "2026-11-24T22:05:44Z",
        nextAttemptDateTime: "2026-11-24T22:05:51.4Z",
        explanation: "Its push service could not take it (503); it is tried again at 2026-11-24T22:05:51.4Z.",
        earlierAttempts: [{ outcome: "busy", reason: "429", dateTime: "2026-11-24T22:05:37Z" }],
        tap: null,
        fallback: null,
      },
    ],
  },
  marked: { value: [{ id, status: 200 }] },
  subscription: {
    ...subscription,
    channel: {
      endpoint: "https://fcm.googleapis.com/fcm/send/opaque",
      keys: {
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth: "BTBZMqHH6r4Tts7J_aSIgg",
      },
      expirationTime: null,
    },
  },
  subscribed: {
    id: subscribed.id,
    userNotificationSubscriptionId: "an-opaque-secret",
    expirationDateTime: subscribed.expirationDateTime,
    ...subscription,
  },
  subscriptionState: { ...subscribed, channelState: "active" },
  vapidPublicKey: {
    publicKey: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  },
  subscriptions: { value: [{ ...subscribed, channelState: "active" }] },
  error: {
    error: {
      code: "BadRequest",
      message: "The payload is invalid: payload.visualContent.title is required.",
      details: [{ code: "Required", target: "payload.visualContent.title", message: "is required" }],
      innerError: {
        date: "2026-11-24T22:05:36",
        "request-id": "0b7a2d8e-6f0c-4b5f-8a53-3f0e7b1d9c11",
        "client-request-id": "0b7a2d8e-6f0c-4b5f-8a53-3f0e7b1d9c11",
      },
    },
  },
});

export type ExampleName = keyof ReturnType<typeof examplesFor>;
