import type { Surroundings } from "./surroundings.ts";

/**
 * What the browser's push service answers. Firefox never answers who asks in the first seconds after it has been started itself, Chromium not
 * while it is offline; the first is answered when asked again. Rejects with an `AbortError` when it is not.
 */
export const askTwice = async <T extends PushSubscription | null>(
  after: Surroundings["after"],
  ask: () => Promise<T>,
): Promise<T> => {
  const late = (ms: number): Promise<undefined> => new Promise((resolve) => void after(ms, () => resolve(undefined)));
  const first = ask();
  first.catch(() => undefined); // told by the race, unless it comes too late for anybody
  const soon = await Promise.race([first, late(firstTryMs)]);
  const answer = soon === undefined ? await Promise.race([ask(), first, late(lastTryMs())]) : soon;
  if (answer === undefined) throw new DOMException("The browser's push service does not answer.", "AbortError");
  return answer;
};

const firstTryMs = 5_000;
/** Longer where the browser may be asking the user, who thinks about it. */
const lastTryMs = (): number =>
  typeof Notification !== "undefined" && Notification.permission === "default" ? 60_000 : 5_000;
