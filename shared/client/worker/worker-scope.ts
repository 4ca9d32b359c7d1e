/** An event that keeps the worker alive until what it was given is over; browsers bound that to about 30 s. */
type WakingEvent = { readonly waitUntil: (work: Promise<unknown>) => void };

/** The events a service worker is woken by, as far as they are our business. */
export type WorkerEvents = {
  readonly push: WakingEvent & { readonly data: { readonly text: () => string } | null };
  readonly notificationclick: WakingEvent & { readonly notification: Notification; readonly action: string };
  readonly notificationclose: WakingEvent & { readonly notification: Notification };
  readonly pushsubscriptionchange: WakingEvent;
  readonly sync: WakingEvent & { readonly tag: string };
  readonly periodicsync: WakingEvent & { readonly tag: string };
  readonly message: WakingEvent & { readonly data: unknown };
};

/** An open window of the app. */
export type AppWindow = {
  readonly url: string;
  readonly focus: () => Promise<unknown>;
  readonly postMessage: (message: unknown, transfer: readonly Transferable[]) => void;
};

/** What we use of a ServiceWorkerGlobalScope: TypeScript's library of the DOM does not know it. */
export type WorkerScope = {
  readonly addEventListener: <Name extends keyof WorkerEvents>(
    name: Name,
    listener: (event: WorkerEvents[Name]) => void,
  ) => void;
  readonly registration: Pick<
    ServiceWorkerRegistration,
    "showNotification" | "getNotifications" | "pushManager" | "scope"
  > & {
    /** Background Sync; Chromium alone. */
    readonly sync?: { readonly register: (tag: string) => Promise<void> };
  };
  readonly clients: {
    readonly matchAll: (options: {
      readonly type: "window";
      readonly includeUncontrolled: true;
    }) => Promise<readonly AppWindow[]>;
    readonly openWindow: (url: string) => Promise<unknown>;
  };
  readonly navigator: { readonly userAgent: string };
};
