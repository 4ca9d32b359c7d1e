import { quantile } from "../bench/statistics.ts";
import type { AcceptedPost, Arrival, Observed, Screens } from "./observed.ts";
import { owedIn, type Owed } from "./owed.ts";

export type Verdict = {
  /** How many contents were owed, each to one device. */
  readonly owed: number;
  /** Owed, and the device got neither that content nor a newer one. */
  readonly lost: readonly Owed[];
  /** Owed and received, but the device shows an older content, or none. */
  readonly outdated: readonly Owed[];
  /** Where a device shows more than one toast for a notification. */
  readonly stacked: readonly Toasts[];
  /** Pushes that came to a device of another user. */
  readonly strangers: number;
  /** Notifications that were answered under more than one id. */
  readonly renamed: readonly number[];
  /** How often a device got a content that it had before. */
  readonly rangAgain: number;
  /** Not received by devices whose channel ended meanwhile. */
  readonly excused: number;
  /** Milliseconds from the answer to the arrival, of what was owed; below zero when the device had it first. */
  readonly waitedMs: { readonly p50: number; readonly p99: number; readonly most: number };
};

/** A notification, by its number, on a device. */
type Toasts = { readonly deviceId: string; readonly notification: number };

/** Whether the service kept its word: what it answered, beside what the devices decrypted and what they show. */
export const verdictOf = (observed: Observed): Verdict => {
  const { owed, excused } = owedIn(observed);
  const receivedAt = receptions(observed.arrivals);
  const isReceived = (one: Owed): boolean => receivedAt(one) !== undefined;
  const waited = owed.map((one) => (receivedAt(one) ?? NaN) - one.post.answeredAt).filter(Number.isFinite);
  return {
    owed: owed.length,
    lost: owed.filter((one) => !isReceived(one)),
    outdated: owed.filter((one) => isReceived(one) && !isShown(observed.screens, one)),
    stacked: stackedOn(observed.screens),
    strangers: strangersIn(observed),
    renamed: renamedIn(observed.accepted),
    rangAgain: rangAgainIn(observed.arrivals),
    excused: excused.filter((one) => !isReceived(one)).length,
    waitedMs: { p50: quantile(waited, 0.5), p99: quantile(waited, 0.99), most: quantile(waited, 1) },
  };
};

/** Whether the service broke its word. To ring again is no breach: a crash may make it. */
export const isBroken = ({ lost, outdated, stacked, strangers, renamed }: Verdict): boolean =>
  lost.length + outdated.length + stacked.length + strangers + renamed.length > 0;

const keyOf = ({ deviceId, notification }: Toasts): string => `${notification} ${deviceId}`;

/** When a device first got a content, or a newer one; undefined when it never did. */
const receptions = (arrivals: readonly Arrival[]): ((owed: Owed) => number | undefined) => {
  const byToast = new Map<string, { readonly version: number; readonly at: number }[]>();
  for (const { deviceId, mark, at } of arrivals) {
    if (deviceId === null || mark === undefined) continue;
    const key = keyOf({ deviceId, ...mark });
    byToast.set(key, [...(byToast.get(key) ?? []), { version: mark.version, at }]);
  }
  return ({ post, deviceId }) =>
    byToast.get(keyOf({ deviceId, ...post }))?.find(({ version }) => version >= post.version)?.at;
};

const isShown = (screens: Screens, { post, deviceId }: Owed): boolean =>
  (screens.get(deviceId) ?? []).some(
    ({ notification, version }) => notification === post.notification && version >= post.version,
  );

const stackedOn = (screens: Screens): Toasts[] =>
  [...screens].flatMap(([deviceId, toasts]) => {
    const numbers = toasts.map(({ notification }) => notification);
    const twice = numbers.filter((notification, index) => numbers.indexOf(notification) !== index);
    return [...new Set(twice)].map((notification) => ({ deviceId, notification }));
  });

const strangersIn = ({ accepted, registrations, arrivals }: Observed): number => {
  const users = new Map(accepted.map(({ notification, user }) => [notification, user]));
  const owners = new Map(registrations.map(({ deviceId, user }) => [deviceId, user]));
  return arrivals.filter(({ deviceId, mark }) => {
    const user = mark && users.get(mark.notification);
    return user !== undefined && owners.get(deviceId ?? "") !== user;
  }).length;
};

const renamedIn = (accepted: readonly AcceptedPost[]): number[] => {
  const ids = new Map<number, string>();
  const renamed = new Set<number>();
  for (const { notification, id } of accepted) {
    if ((ids.get(notification) ?? id) !== id) renamed.add(notification);
    ids.set(notification, id);
  }
  return [...renamed];
};

const rangAgainIn = (arrivals: readonly Arrival[]): number => {
  const received = arrivals.flatMap(({ deviceId, mark }) =>
    mark === undefined ? [] : [`${keyOf({ deviceId: deviceId ?? "", ...mark })} ${mark.version}`],
  );
  return received.length - new Set(received).size;
};
