import { closeAllToasts } from "../toasts/shown-toasts.browser.ts";
import { reconcile } from "./reconcile.ts";
import type { Serving } from "./serving.ts";
import { within } from "./within.ts";

/** How long the service is waited for; browsers give an event about 30 s. */
const syncMs = 20_000;

/**
 * Woken for nothing else: what waits is sent, the feed is read, and the screen put right. Rejects when that was not to be had and may be
 * later, for then a Background Sync is tried again by the browser.
 */
export const onSync = async (serving: Serving): Promise<void> => {
  const registration = await serving.registrations.read();
  if (!registration) return;
  const answer = await within(syncMs, serving.clientOf(registration).sync());
  await reconcile(serving, registration, answer?.kind === "ok");
  if (answer === undefined || answer.kind === "offline" || answer.kind === "failed") {
    throw new Error(answer?.reason ?? "the service was too slow");
  }
};

/** A page of the app says that things are different now: what stands in the store is enough. Nobody signed in: all toasts go. */
export const onLook = async (serving: Serving, isCurrent: boolean): Promise<void> => {
  const registration = await serving.registrations.read();
  if (registration) await reconcile(serving, registration, isCurrent);
  else await closeAllToasts(serving.board);
};

/** The browser has ended or replaced the push subscription: without a new one nothing comes any more. */
export const onSubscriptionChange = async (serving: Serving): Promise<void> => {
  const registration = await serving.registrations.read();
  // Without an id the app has ended it itself.
  if (registration?.subscriptionId === undefined) return;
  const { displayName = "", notificationType } = registration;
  const wish = { registration: serving.scope.registration, displayName, ...(notificationType && { notificationType }) };
  await within(syncMs, serving.clientOf(registration).subscribe(wish));
};
