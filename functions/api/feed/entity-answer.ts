import { entityOf } from "../../../shared/feed/entity.ts";
import { etagOf } from "../../../shared/feed/mark.ts";
import type { Notification } from "../../../shared/notification/notification.ts";
import type { Answer } from "../http.ts";
import { odataHeaders } from "../odata.ts";

/** 200 with a notification as it is now, its ETag in the header too. `now` is epoch milliseconds. */
export const entityAnswer = (notification: Notification, now: number): Answer => ({
  status: 200,
  headers: { ...odataHeaders, ETag: etagOf(notification) },
  body: entityOf(notification, now),
});
