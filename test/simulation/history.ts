import type { FeedKey } from "../../shared/feed-key.ts";
import { headKey, notificationOf } from "../../shared/feed/rows.ts";
import type { PlatformType } from "../../shared/notification/notification.ts";
import type { Row } from "../../shared/storage/table.ts";
import { labelOf } from "./device.ts";
import type { World } from "./world.ts";

/** What a notification once was, since a change of it was stored. */
export type Stood = {
  /** Epoch milliseconds, true time. */
  readonly at: number;
  readonly version: number;
  readonly contentVersion: number;
  readonly label: string;
  /** The alert for who does not fetch it in time, and when that is over, epoch milliseconds by the clock of whoever stored it. */
  readonly alert: { readonly label: string; readonly due: number } | undefined;
  /** Neither read nor dismissed nor deleted. */
  readonly isRinging: boolean;
  readonly platformTypes: readonly PlatformType[];
  /** Has what a browser is pushed. */
  readonly isRaw: boolean;
  readonly expiresAt: number;
  readonly status: "active" | "updated" | "deleted";
};

/** A user's write, as it counts: by the feed's own time, epoch milliseconds. */
export type Written = { readonly stamp: string; readonly at: number };

export type Life = { readonly feed: FeedKey; readonly stood: Stood[] };

/** What the store has seen: every version of every notification, by looking over its shoulder. */
export const historyFrom = (world: World) => {
  const lives = new Map<string, Life>();
  const writes = new Map<string, Written[]>();

  const noteWrite = ({ partitionKey, at, stamps }: Row): void => {
    const before = writes.get(partitionKey) ?? [];
    const stamp = String(stamps).split(" ")[0] ?? "";
    // Whoever replaces the head for another reason hands the stamps on as they are.
    if (stamp === "" || before.some((one) => one.stamp === stamp) || !(at instanceof Date)) return;
    writes.set(partitionKey, [...before, { stamp, at: at.getTime() }]);
  };

  world.onFeedChange((change) => {
    if (change.kind === "delete") return;
    const { row } = change;
    if (row.rowKey === headKey) noteWrite(row);
    if (!row.rowKey.startsWith("n_")) return;
    const { id, ...notification } = notificationOf({ ...row, etag: "" });
    const known = lives.get(id);
    if (!known) world.trace.name(id, `n${lives.size + 1}`);
    const life = known ?? { feed: row.partitionKey as FeedKey, stood: [] };
    lives.set(id, life);
    const { status, readState, userActionState, payload, fallback, contentAt } = notification;
    life.stood.push({
      ...notification,
      at: world.scheduler.now(),
      label: labelOf(notification),
      alert: fallback
        ? { label: fallback.visualContent.title, due: contentAt + fallback.delaySeconds * 1_000 }
        : undefined,
      isRinging: status !== "deleted" && readState === "unread" && userActionState !== "dismissed",
      isRaw: payload.rawContent !== undefined,
    });
  });

  return {
    of: (id: string): Life | undefined => lives.get(id),
    all: (): ReadonlyMap<string, Life> => lives,
    /** The users' writes, by feed, in their order. */
    writes: (): ReadonlyMap<string, readonly Written[]> => writes,
  };
};

export type History = ReturnType<typeof historyFrom>;
