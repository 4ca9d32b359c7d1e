import { endOf, unopened } from "../../../shared/subscription/subscription-row.ts";
import type { VapidKeyId } from "../../../shared/subscription/vapid-key.ts";
import type { StoredRow } from "../../../shared/storage/table.ts";

/** The key the server answers now, and its other one, as far as the environment says which. */
export type LiveKeys = {
  readonly current: VapidKeyId;
  readonly previous: VapidKeyId | undefined;
  /** The service itself told the current one, just now. */
  readonly isConfirmed: boolean;
};

/**
 * Whose a subscription is: `unnoted` was made before keys were noted, and counts as the oldest key's that the server has; `unknown` is
 * another server's key, or one that was removed (or the previous one, where nobody says which that is).
 */
type Role = "current" | "previous" | "unnoted" | "unknown";

/** How many live Web Push subscriptions are bound to a key, and when the last of them ends (epoch milliseconds) unless it is renewed. */
export type KeyCount = {
  readonly keyId: VapidKeyId | null;
  readonly role: Role;
  readonly subscriptions: number;
  readonly lastExpiresAt: number;
};

/** Counts rows of subscriptions, page after page, without opening any. Those of other platforms, without a channel or ended are left out. */
export const vapidTally = ({ current, previous }: LiveKeys, now: number) => {
  const counts = new Map<VapidKeyId | null, KeyCount>();
  const roleOf = (keyId: VapidKeyId | null): Role => {
    if (keyId === null) return "unnoted";
    if (keyId === current) return "current";
    return keyId === previous ? "previous" : "unknown";
  };
  const count = (row: StoredRow): void => {
    const subscription = endOf(row) > now ? unopened(row) : undefined;
    if (subscription?.channel?.kind !== "webpush") return;
    const keyId = subscription.vapidKeyId ?? null;
    const { subscriptions = 0, lastExpiresAt = 0 } = counts.get(keyId) ?? {};
    counts.set(keyId, {
      keyId,
      role: roleOf(keyId),
      subscriptions: subscriptions + 1,
      lastExpiresAt: Math.max(lastExpiresAt, endOf(row)),
    });
  };
  return {
    add: (rows: readonly StoredRow[]): void => {
      rows.forEach(count);
    },
    counts: (): readonly KeyCount[] =>
      [...counts.values()].toSorted((a, b) => order.indexOf(a.role) - order.indexOf(b.role)),
  };
};

const order: readonly Role[] = ["current", "previous", "unnoted", "unknown"];

/**
 * Who still needs the previous key: its own, and those that do not say. Where nobody tells which key that is, whoever is on an unknown one
 * may be its own.
 */
export const needingPrevious = (counts: readonly KeyCount[], { previous }: LiveKeys) => {
  const needing = counts.filter(
    ({ role }) => role === "previous" || role === "unnoted" || (role === "unknown" && previous === undefined),
  );
  return {
    subscriptions: needing.reduce((sum, { subscriptions }) => sum + subscriptions, 0),
    /** Undefined when there is none. */
    lastExpiresAt: needing.length > 0 ? Math.max(...needing.map(({ lastExpiresAt }) => lastExpiresAt)) : undefined,
  };
};
