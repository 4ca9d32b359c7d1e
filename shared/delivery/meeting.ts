import { milliseconds } from "../clock.ts";
import type { NotificationId } from "../notification/notification.ts";

/**
 * The first of a notification's meeting times, one in each interval, that is not before `from`; milliseconds. Runs about one notification that
 * end alike at about the same time thus name one message, and the broker makes one of them: were it several, each of which may come again and
 * be several in turn, an outage could breed them. Different notifications have different times, so that not all come at once.
 */
export const meetingAfter = (from: number, intervalMs: number, id: NotificationId): number => {
  const offset = Number.parseInt(id.slice(-8), 16) % intervalMs;
  return Math.ceil((from - offset) / intervalMs) * intervalMs + offset;
};

/** Nobody is moved nearer to the end than this: a message has to come through the queue, and be read. */
const beforeEndMs = 10 * milliseconds.second;

type Retry = { readonly id: NotificationId; readonly expiresAt: number; readonly now: number };

/**
 * When a retry that may be made from `at` on is due: at a meeting time of the notification, so that devices which wait about equally long have a
 * time and a message together; apart, fifty devices of a user at a push service that is down have fifty messages each notification. The
 * intervals are powers of two, hence each one's times are times of all shorter ones, too. Never earlier than `at`, nor more than twice as far away.
 */
export const retryAtMeeting = (at: number, { id, expiresAt, now }: Retry): number => {
  const met = meetingAfter(at, 2 ** Math.floor(Math.log2(Math.max(1, at - now))), id);
  return met <= expiresAt - beforeEndMs ? met : at;
};
