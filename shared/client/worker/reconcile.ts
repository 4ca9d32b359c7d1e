import type { Registration } from "../local-store.ts";
import { closeStaleToasts } from "../toasts/shown-toasts.browser.ts";
import type { Serving } from "./serving.ts";

/** Closes the toasts that have no business on the screen any more. `isCurrent`: the feed has just been read to its end. */
export const reconcile = async (serving: Serving, registration: Registration, isCurrent: boolean): Promise<void> => {
  const { account } = registration;
  const view = await serving.clientOf(registration).notifications();
  const knowledge = { account, view, isCurrent, now: serving.now() };
  await closeStaleToasts(serving.board, knowledge);
};
