import type { FetchMarks } from "../../../shared/feed/fetch-marks.ts";
import type { Notification } from "../../../shared/notification/notification.ts";
import type { Place } from "./place.ts";

/** Remembers that the device which X-UNS-ID named has been given these: it needs no fallback for them (contract 5). */
export const noteFetched = async (
  use: { readonly fetchMarks: Pick<FetchMarks, "fetched"> },
  { feed, actor }: Place,
  notifications: readonly Notification[],
): Promise<void> => {
  if (actor) await use.fetchMarks.fetched(feed, actor.subscriptionId, notifications);
};
