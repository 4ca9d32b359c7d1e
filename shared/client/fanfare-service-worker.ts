import { UserNotificationClient } from "./client.ts";
import { indexedDbRegistrationStore } from "./registration-store.indexed-db.ts";
import { serveWith, type ServeOptions } from "./worker/serve-notifications.worker.ts";
import type { WorkerScope } from "./worker/worker-scope.ts";

/** For workers that do more than show: a module worker cannot load the part of `fanfare.js` that deals with pushes, here it is with the rest. */
export { UserNotificationClient } from "./client.ts";
export type * from "./fanfare.ts";
export type { ServeOptions } from "./worker/serve-notifications.worker.ts";
export type { ToastWish } from "./toasts/toast.ts";
export type { ToastWords } from "./toasts/words.ts";

/** The worker's own global scope, as far as it is used; TypeScript's library of the DOM takes it for a window. */
declare const self: WorkerScope;

/**
 * Shows the signed-in user's notifications as toasts, in the app's own service worker:
 *
 * ```js
 * importScripts("https://notify.example.com/client/fanfare-service-worker.js");
 * fanfare.serveNotifications();
 * ```
 *
 * To be called once, while the script is first run. Needs nothing else: whose notifications they are stands in the registration that
 * `client.subscribe` wrote, and a token comes from an open page of the app, unless `getToken` says otherwise.
 */
export const serveNotifications = (options: ServeOptions = {}): void =>
  serveWith(
    {
      scope: self,
      registrations: indexedDbRegistrationStore({ indexedDB }),
      clientOf: ({ baseUrl, targetHostName, account }, getToken) =>
        new UserNotificationClient({ baseUrl, targetHostName, account, getToken }),
      now: () => Date.now(),
    },
    options,
  );
