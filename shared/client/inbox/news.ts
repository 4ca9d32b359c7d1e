import type { UserNotification } from "../notification.ts";
import { isUnseen } from "../unseen.ts";

/**
 * What of the notifications a person who cannot see the list has to be told of: new ones and those whose content is new, unread and
 * untouched. Marks set here or on another device are no news.
 */
export const newsIn = (
  before: readonly UserNotification[],
  after: readonly UserNotification[],
): readonly UserNotification[] => {
  const known = new Map(before.map((notification) => [notification.id, notification]));
  return after.filter((notification) => {
    if (!isUnseen(notification)) return false;
    const old = known.get(notification.id);
    return old === undefined || contentOf(old) !== contentOf(notification);
  });
};

const contentOf = ({ payload: { rawContent, visualContent } }: UserNotification): string =>
  JSON.stringify([rawContent, visualContent?.title, visualContent?.body]);
