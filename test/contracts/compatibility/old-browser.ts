import * as fakeIndexedDb from "fake-indexeddb";
import { createContext, runInContext } from "node:vm";
import type { OldBundle } from "./old-app.ts";

/** As much of `indexedDB` as is looked into here; its own types are a page's, which the compiler does not know in this room. */
export type Databases = {
  readonly databases: () => Promise<readonly { readonly name?: string }[]>;
  readonly open: (name: string) => Requested<Database>;
};
type Database = {
  readonly objectStoreNames: Iterable<string>;
  readonly transaction: (store: string) => { readonly objectStore: (name: string) => Store };
  readonly close: () => void;
};
type Store = { readonly getAll: () => Requested<unknown> };
export type Requested<T> = { readonly result: T; onsuccess: (() => void) | null };

const { IDBFactory, IDBKeyRange } = fakeIndexedDb as unknown as {
  readonly IDBFactory: new () => Databases;
  readonly IDBKeyRange: object;
};

type Toast = { readonly title: string; readonly body: string; readonly data: { readonly id: string } };

export type OldBrowser = {
  /** Opens the app's page anew: its script and the library's, in a global scope of their own. */
  readonly open: (pageScript: string) => OldBundle;
  /** Wakes the service worker, if it sleeps, and hands it a push. Resolves when it has done what it waits for. */
  readonly push: (text: string) => Promise<void>;
  /** The browser stops the service worker; the next event starts it anew, and what it had in memory is gone. */
  readonly stopWorker: () => void;
  /** The user clicks the toast shown last. */
  readonly click: () => Promise<void>;
  readonly toasts: Toast[];
  /** What the worker printed. */
  readonly printed: string[];
  readonly localStorage: Map<string, string>;
  readonly indexedDB: Databases;
};

type Make = {
  readonly library: string;
  readonly workerScript: string;
  readonly fetch: (url: string, request: RequestInit) => Promise<Response>;
  /** Where it keeps what it keeps. */
  readonly indexedDB?: Databases;
  /** What `pushManager.subscribe` gives. */
  readonly channel: Readonly<Record<string, unknown>>;
  readonly applicationServerKey: string;
};

/** As much of a browser as an old app's page and service worker meet, each in a global scope of its own, as one origin. */
export const oldBrowser = (make: Make): OldBrowser => {
  const { library, workerScript, fetch, channel, applicationServerKey, indexedDB = new IDBFactory() } = make;
  const localStorage = new Map<string, string>();
  const toasts: Toast[] = [];
  const printed: string[] = [];
  let worker: Worker | undefined;
  let pushSubscription: object | undefined;
  const web = { indexedDB, IDBKeyRange, fetch, crypto, URL, AbortSignal, AbortController, Headers, btoa, atob };

  const startWorker = (): Worker => {
    const listeners = new Map<string, Listener>();
    const scope: object = {
      ...web,
      console: { log: (text: string) => printed.push(text) },
      addEventListener: (type: string, listener: Listener) => listeners.set(type, listener),
      importScripts: () => {
        runInContext(library, context);
      },
      registration: {
        showNotification: (title: string, { body, data }: Omit<Toast, "title">) => {
          toasts.push({ title, body, data });
          return Promise.resolve();
        },
      },
    };
    Reflect.set(scope, "self", scope);
    const context = createContext(scope);
    runInContext(workerScript, context);
    return async (type, event) => {
      const waited: unknown[] = [];
      listeners.get(type)?.({ ...event, waitUntil: (promise) => waited.push(promise) });
      await Promise.all(waited);
    };
  };
  const dispatch: Worker = (type, event) => (worker ??= startWorker())(type, event);

  const registration = {
    active: { postMessage: (data: unknown) => void dispatch("message", { data: structuredClone(data) }) },
    pushManager: {
      getSubscription: () => Promise.resolve(pushSubscription ?? null),
      subscribe: (options: { readonly applicationServerKey: Uint8Array }) => {
        const key = Buffer.from(options.applicationServerKey).toString("base64url");
        if (key !== applicationServerKey) throw new Error(`not the service's key: ${key}`);
        const { buffer } = Uint8Array.from(options.applicationServerKey);
        pushSubscription = { options: { applicationServerKey: buffer }, toJSON: () => structuredClone(channel) };
        return Promise.resolve(pushSubscription);
      },
    },
  };

  return {
    open: (pageScript) => {
      const scope: object = {
        ...web,
        Uint8Array,
        console: { log: () => undefined },
        localStorage: { getItem: (name: string) => localStorage.get(name) ?? null },
        navigator: {
          serviceWorker: {
            register: () => Promise.resolve(registration),
            ready: Promise.resolve(registration),
          },
        },
      };
      const context = createContext(scope);
      runInContext(library, context);
      runInContext(pageScript, context);
      return Reflect.get(scope, "bundle") as OldBundle;
    },
    push: (text) => dispatch("push", { data: { text: () => text } }),
    stopWorker: () => {
      worker = undefined;
    },
    click: async () => {
      const toast = toasts.at(-1);
      await dispatch("notificationclick", { notification: { ...toast, close: () => toasts.pop() } });
    },
    toasts,
    printed,
    localStorage,
    indexedDB,
  };
};

type Event = Readonly<Record<string, unknown>>;
type Listener = (event: Event & { readonly waitUntil: (promise: unknown) => void }) => void;
type Worker = (type: string, event: Event) => Promise<void>;
