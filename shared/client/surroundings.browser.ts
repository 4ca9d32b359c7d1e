import { membersOf } from "./feed-answers.ts";
import type { Surroundings } from "./surroundings.ts";

/** In milliseconds; timers longer than some 2.1 billion fire at once. */
const timerMax = 2_000_000_000;

/** A worker has no document. */
const page = (): Document | undefined => globalThis.document;

/** A page or a service worker. Where its storage is blocked, a browser gives neither locks nor channels: then this tab is on its own. */
export const inBrowser: Surroundings = {
  now: () => Date.now(),
  chance: () => Math.random(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, timerMax));
    return () => clearTimeout(timer);
  },
  isVisible: () => page()?.visibilityState !== "hidden",
  onTurn: (told, signal) => {
    page()?.addEventListener("visibilitychange", told, { signal });
    for (const event of ["online", "offline"]) addEventListener(event, told, { signal });
  },
  alone: (name, signal, work) =>
    navigator.locks.request(name, { signal }, work).catch((cause: unknown) => {
      if (membersOf(cause).name === "SecurityError") return work();
      throw cause;
    }),
  channel: (name, heard) => {
    try {
      const channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }) => heard(String(data));
      return { tell: (word) => channel.postMessage(word), close: () => channel.close() };
    } catch {
      return undefined;
    }
  },
  hasWorker: async () => !page() || !!(await workers()?.getRegistrations())?.length,
};

/** None where the page is not secure. */
const workers = (): ServiceWorkerContainer | undefined => (navigator as Partial<Navigator>).serviceWorker;

/** The registered service worker that this page belongs to, or whose code this is. */
export const workerHere = async (): Promise<ServiceWorkerRegistration | undefined> => {
  // `registration` is a service worker's alone; in a page that name may be anything.
  const here: { readonly document?: Document; readonly registration?: ServiceWorkerRegistration } = globalThis;
  return here.document ? workers()?.getRegistration() : here.registration;
};
