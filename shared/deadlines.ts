import { setMaxListeners } from "node:events";

/**
 * Signals that abort after so many milliseconds, and at most a fiftieth later: one for all who ask within that fiftieth. `AbortSignal.timeout`
 * makes a signal and a timer for each, and keeps both until the time is over, however soon the call ended. Whoever listens takes the listener off again, as the Azure SDKs do.
 */
export const deadlines = (milliseconds: number): (() => AbortSignal) => {
  const sharedMs = milliseconds / 50;
  let signal: AbortSignal | undefined;
  let sharedUntil = -Infinity;
  return () => {
    const now = performance.now();
    if (!signal || now >= sharedUntil) {
      sharedUntil = now + sharedMs;
      signal = abortingAfter(milliseconds + sharedMs);
    }
    return signal;
  };
};

const abortingAfter = (milliseconds: number): AbortSignal => {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // many listen, and none is left behind
  setTimeout(() => controller.abort(new DOMException("The time is over.", "TimeoutError")), milliseconds).unref();
  return controller.signal;
};
