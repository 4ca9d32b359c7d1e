import { isAlike } from "./is-alike.ts";
import type { UserNotification } from "./notification.ts";

/** How what the user sees has changed. */
export type NotificationsChange = {
  /** All there is now, newest first. */
  readonly notifications: readonly UserNotification[];
  readonly added: readonly UserNotification[];
  readonly updated: readonly UserNotification[];
  readonly removed: readonly UserNotification[];
};

/** What changed from one view to another. */
export const changeBetween = (
  before: readonly UserNotification[],
  notifications: readonly UserNotification[],
): NotificationsChange => {
  const old = new Map(before.map((one) => [one.id, one]));
  const added: UserNotification[] = [];
  const updated: UserNotification[] = [];
  for (const one of notifications) {
    const was = old.get(one.id);
    old.delete(one.id);
    if (!was) added.push(one);
    else if (!isAlike(was, one)) updated.push(one);
  }
  return { notifications, added, updated, removed: [...old.values()] };
};

export const isChange = ({ added, updated, removed }: NotificationsChange): boolean =>
  added.length + updated.length + removed.length > 0;
