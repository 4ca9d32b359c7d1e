import type { FeedKey } from "../../shared/feed-key.ts";
import { headKey, notificationOf } from "../../shared/feed/rows.ts";
import type { PlatformType } from "../../shared/notification/notification.ts";
import { labelOf } from "./devices.ts";
import type { World } from "./world.ts";

/** What a notification once was, since a change of it was stored. */
export type Stood = {
  /** Epoch milliseconds, true time. */
  readonly at: number;
  readonly version: number;
  readonly contentVersion: number;
  readonly label: string;
  /** Neither read nor dismissed nor deleted. */
  readonly isRinging: boolean;
  readonly platformTypes: readonly PlatformType[];
  /** Has what a browser is pushed. */
  readonly isRaw: boolean;
  readonly expiresAt: number;
};

export type Life = { readonly feed: FeedKey; readonly stood: Stood[] };

/** What the store has seen: every version of every notification, by looking over its shoulder. */
export const historyFrom = (world: World) => {
  const lives = new Map<string, Life>();
  const writes = new Map<string, number>();

  world.onFeedChange((change) => {
    if (change.kind === "delete") return;
    const { row } = change;
    if (row.rowKey === headKey) writes.set(row.partitionKey, (writes.get(row.partitionKey) ?? 0) + 1);
    if (!row.rowKey.startsWith("n_")) return;
    const { id, ...notification } = notificationOf({ ...row, etag: "" });
    const known = lives.get(id);
    if (!known) world.trace.name(id, `n${lives.size + 1}`);
    const life = known ?? { feed: row.partitionKey as FeedKey, stood: [] };
    lives.set(id, life);
    const { status, readState, userActionState, payload } = notification;
    life.stood.push({
      ...notification,
      at: world.scheduler.now(),
      label: labelOf(notification),
      isRinging: status !== "deleted" && readState === "unread" && userActionState !== "dismissed",
      isRaw: payload.rawContent !== undefined,
    });
  });

  return {
    of: (id: string): Life | undefined => lives.get(id),
    all: (): ReadonlyMap<string, Life> => lives,
    /** How often a feed's head was written. */
    writesTo: (feed: FeedKey): number => writes.get(feed) ?? 0,
  };
};

export type History = ReturnType<typeof historyFrom>;
