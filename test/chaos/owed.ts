import type { AcceptedPost, Arrival, Observed, Registration } from "./observed.ts";

/** A notification's newest accepted content and a device it was for. */
export type Owed = { readonly post: AcceptedPost; readonly deviceId: string };

/**
 * What the service owes: each notification's newest accepted content to every device of its user that was subscribed before that was
 * posted. Nothing of a notification of which nobody knows what its newest content is. `excused` is the same for devices whose channel ended
 * since, or was said to have: nobody is there to deliver to, and a client that subscribes again reads the feed. A push service's 410 from before a device subscribed excuses nothing.
 */
export const owedIn = (observed: Observed): { readonly owed: readonly Owed[]; readonly excused: readonly Owed[] } => {
  const endOf = channelEnds(observed);
  const owed: Owed[] = [];
  const excused: Owed[] = [];
  for (const post of newestOf(observed.accepted).filter(({ notification }) => !observed.unsure.has(notification))) {
    const ofUser = observed.registrations.filter(({ user }) => user === post.user);
    for (const registration of before(ofUser, post.askedAt)) {
      const { deviceId } = registration;
      const endedAt = endOf(registration);
      if (endedAt === undefined) owed.push({ post, deviceId });
      else if (endedAt >= post.askedAt) excused.push({ post, deviceId });
    }
  }
  return { owed, excused };
};

const newestOf = (accepted: readonly AcceptedPost[]): AcceptedPost[] => {
  const newest = new Map<number, AcceptedPost>();
  for (const post of accepted) {
    if (post.version > (newest.get(post.notification)?.version ?? 0)) newest.set(post.notification, post);
  }
  return [...newest.values()];
};

/** Of each device the last registration that was answered by then. */
const before = (registrations: readonly Registration[], at: number): Registration[] => {
  const last = new Map<string, Registration>();
  for (const registration of registrations) {
    const known = last.get(registration.deviceId);
    const isLater = known === undefined || registration.answeredAt > known.answeredAt;
    if (registration.answeredAt <= at && isLater) last.set(registration.deviceId, registration);
  }
  return [...last.values()];
};

/** When the channel of a registration ended, or was last said to have; undefined while it lives. */
const channelEnds = ({ ended, arrivals }: Observed): ((registration: Registration) => number | undefined) => {
  const lastGone = new Map<string, number>();
  for (const { deviceId, at } of arrivals.filter(isGone)) {
    if (deviceId !== null) lastGone.set(deviceId, Math.max(at, lastGone.get(deviceId) ?? 0));
  }
  return ({ deviceId, askedAt }) => {
    const goneAt = lastGone.get(deviceId) ?? 0;
    return ended.get(deviceId) ?? (goneAt >= askedAt ? goneAt : undefined);
  };
};

export const isGone = ({ status }: Pick<Arrival, "status">): boolean => status === 410 || status === 404;
