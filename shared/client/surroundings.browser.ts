import type { Surroundings } from "./surroundings.ts";

/** Longer timers fire at once. */
const timerMax = 2 ** 31 - 1;

/** Whatever of these there is: a worker has no document, an old browser neither locks nor channels. */
const here: Partial<Pick<typeof globalThis, "document" | "navigator" | "BroadcastChannel">> & {
  readonly registration?: ServiceWorkerRegistration; // of a service worker alone
} = globalThis;

/** A page or a worker; nothing is touched before it is used. */
export const inBrowser: Surroundings = {
  now: () => Date.now(),
  chance: () => Math.random(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, timerMax));
    return () => clearTimeout(timer);
  },
  isVisible: () => here.document?.visibilityState !== "hidden",
  onTurn: (told) => {
    const over = new AbortController();
    here.document?.addEventListener("visibilitychange", told, over);
    for (const event of ["online", "offline"]) globalThis.addEventListener(event, told, over);
    return () => over.abort();
  },
  alone: (name, signal, work) => {
    const { locks }: Partial<Navigator> = here.navigator ?? {};
    return locks ? locks.request(name, { signal }, work) : work();
  },
  worker: async () => {
    const { serviceWorker }: Partial<Navigator> = here.navigator ?? {};
    // In a page that name may be anything.
    return here.document ? serviceWorker?.getRegistration() : here.registration;
  },
  channel: (name, heard) => {
    if (!here.BroadcastChannel) return { tell: () => undefined, close: () => undefined };
    const channel = new here.BroadcastChannel(name);
    channel.onmessage = ({ data }) => heard(String(data));
    return { tell: (word) => channel.postMessage(word), close: () => channel.close() };
  },
};
