/*
 * An app as they were written for the original's web SDK, page and service worker. All that changed when it moved here are the two lines
 * that the parameters fill: where the script comes from, and the key.
 */

/** What the page's buttons call. */
export type OldBundle = {
  /** What the library answered last. */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly subscribe: (crossDeviceAppId: string) => Promise<boolean>;
  readonly refreshToken: () => Promise<void>;
  readonly getAll: () => Promise<readonly string[]>;
  readonly setRead: (id: string, isRead: boolean) => Promise<boolean>;
  readonly setAction: (id: string, name: string) => Promise<boolean>;
  readonly remove: (id: string) => Promise<boolean>;
  readonly unsubscribe: () => Promise<boolean>;
};

/** The page's script, beside the library's: puts an `OldBundle` on the window as `bundle`. */
export const oldPage = (vapidPublicKey: string): string => `
const appPubKey = "${vapidPublicKey}";
const client = new userNotificationsClient.UserNotificationApiImpl(localStorage.getItem("token"));

async function getPushSubscription(registration) {
  const existing = await registration.pushManager.getSubscription();
  return existing || registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyBytes(appPubKey) });
}

function keyBytes(text) {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4);
  return Uint8Array.from(atob(padded), function (char) { return char.charCodeAt(0); });
}

async function passTokenOn() {
  const registration = await navigator.serviceWorker.ready;
  registration.active.postMessage({ token: client.oAuthAccessToken });
}

var bundle = {
  answer: null,

  async subscribe(crossDeviceAppId) {
    await navigator.serviceWorker.register("service-worker.js");
    const registration = await navigator.serviceWorker.ready;
    const pushSubscription = await getPushSubscription(registration);
    bundle.answer = await client.subscribeToUserNotificationsAsync(crossDeviceAppId, "An old app", pushSubscription);
    return bundle.answer.status === userNotificationsClient.UserNotificationApiResultStatus.Succeeded;
  },

  async refreshToken() {
    client.oAuthAccessToken = localStorage.getItem("token");
    await passTokenOn();
  },

  async getAll() {
    bundle.answer = await client.getAllNotificationsAsync();
    console.log(bundle.answer);
    return bundle.answer.userNotifications.map(function (it) { return it.payload.rawContent || it.payload.title; });
  },

  async setRead(id, isRead) {
    bundle.answer = await client.updateNotificationReadStateAsync(id, isRead);
    return bundle.answer.succeeded;
  },

  async setAction(id, name) {
    const state = userNotificationsClient.UserNotificationUserActionState[name];
    bundle.answer = await client.updateNotificationUserActionStateAsync(id, state);
    return bundle.answer.succeeded;
  },

  async remove(id) {
    bundle.answer = await client.deleteNotificationAsync(id);
    return bundle.answer.succeeded;
  },

  async unsubscribe() {
    bundle.answer = await client.unsubscribeFromUserNotificationsAsync();
    return bundle.answer.succeeded;
  },
};
`;

/** The service worker. */
export const oldWorker = (library: string): string => `
self.importScripts("${library}");
let client = new userNotificationsClient.UserNotificationApiImpl(null);

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

self.addEventListener("message", function (event) {
  if (event.data.token != null) client.oAuthAccessToken = event.data.token;
});

self.addEventListener("push", function (event) {
  event.waitUntil(show(event.data != null ? event.data.text() : ""));
});

async function show(text) {
  const result = await client.processPushNotificationAsync(text);
  console.log(JSON.stringify(result));
  if (!result.isUserNotificationPush || result.userNotifications.length === 0) return;
  if (result.status !== userNotificationsClient.UserNotificationApiResultStatus.Succeeded) return;

  const latest = result.userNotifications.slice().sort(function (a, b) {
    const aTime = a.lastModifiedDateTime || a.creationDateTime;
    const bTime = b.lastModifiedDateTime || b.creationDateTime;
    return aTime < bTime ? 1 : aTime > bTime ? -1 : 0;
  })[0];
  const payload = latest.payload;
  const title = payload.rawContent != null ? "Notification received" : payload.title;
  const body = payload.rawContent != null ? payload.rawContent : payload.body;
  await self.registration.showNotification(title, { body: body, data: { id: latest.id } });
}

self.addEventListener("notificationclick", function (event) {
  event.notification.close();
  const { Activated } = userNotificationsClient.UserNotificationUserActionState;
  event.waitUntil(client.updateNotificationUserActionStateAsync(event.notification.data.id, Activated));
});
`;
