import type { WorkerEvents, WorkerScope } from "../../../shared/client/worker/worker-scope.ts";
import { chromium, fakeScreen, type Manners } from "./fake-screen.ts";

type Listener = (event: never) => void;

/** A service worker's global scope and what a person would see of its doing. */
export const fakeScope = (manners: Manners = chromium) => {
  const listeners = new Map<string, Listener[]>();
  let works: Promise<unknown>[] = [];
  const opened: string[] = [];
  const windows: {
    url: string;
    focused: number;
    heard: unknown[];
    answer: (message: unknown, port: MessagePort) => void;
  }[] = [];
  const synced: string[] = [];
  const browser = { isSubscribed: true, mayOpen: true };

  const dispatch = <Name extends keyof WorkerEvents>(
    name: Name,
    event: Omit<WorkerEvents[Name], "waitUntil">,
  ): void => {
    const waking = { ...event, waitUntil: (work: Promise<unknown>) => void works.push(work) };
    for (const listener of listeners.get(name) ?? []) listener(waking as never);
  };
  const { board, ...seen } = fakeScreen(manners, (toast) =>
    dispatch("notificationclose", { notification: toast as unknown as Notification }),
  );

  const scope: WorkerScope = {
    addEventListener: (name, listener) => void listeners.set(name, [...(listeners.get(name) ?? []), listener]),
    registration: {
      scope: "https://app.example/mail/",
      ...board,
      pushManager: {
        getSubscription: () =>
          Promise.resolve(
            browser.isSubscribed ? { unsubscribe: () => Promise.resolve(!(browser.isSubscribed = false)) } : null,
          ),
      } as unknown as PushManager,
      sync: { register: (tag) => Promise.resolve(void synced.push(tag)) },
    },
    clients: {
      matchAll: () =>
        Promise.resolve(
          windows.map((page) => ({
            url: page.url,
            focus: () => Promise.resolve((page.focused += 1)),
            postMessage: (message, [port]) => {
              page.heard.push(message);
              if (port instanceof MessagePort) page.answer(message, port);
            },
          })),
        ),
      openWindow: (url) =>
        browser.mayOpen
          ? Promise.resolve(opened.push(url))
          : Promise.reject(new DOMException("", "InvalidAccessError")),
    },
    navigator: manners,
  };

  return {
    ...seen,
    scope,
    browser,
    opened,
    windows,
    synced,
    /** Dispatches an event and resolves when everything that was given to `waitUntil` is over, or rejects with it. */
    wake: async <Name extends keyof WorkerEvents>(
      name: Name,
      event: Omit<WorkerEvents[Name], "waitUntil">,
    ): Promise<void> => {
      dispatch(name, event);
      while (works.length > 0) {
        const under = works;
        works = [];
        await Promise.all(under);
      }
    },
  };
};
