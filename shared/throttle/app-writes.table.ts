import type { Clock } from "../clock.ts";
import { hashOf } from "../hash.ts";
import { decidedAnew, type Pause } from "../storage/decided-anew.ts";
import type { Table } from "../storage/table.ts";
import { lease, nothingLeased, parseLeased, printLeased, slotOf, slotStart, type Lease } from "./app-permits.ts";
import type { AppWrites, Permit } from "./app-writes.ts";
import { throttled } from "./throttled.ts";

type Uses = {
  readonly throttles: Pick<Table, "find" | "write">;
  readonly clock: Clock;
  /** What one app may write in any minute, over all instances. */
  readonly limitPerMinute: number;
  /** Between attempts that lose a race; a simulation's own. */
  readonly pause?: Pause;
};

/** What this instance holds for one app. */
type Holding = {
  /** The slot its permits are for. */
  slot: number;
  /** Leased for that slot, those used included. */
  leased: number;
  left: number;
  /** Epoch milliseconds: until then nobody gets any more. */
  fullUntil: number;
  /** Takers without a permit. */
  waiting: number;
  /** The one lease under way. */
  leasing: Promise<void> | undefined;
};

const rowKey = "writes";
const sentence = "The calling app's writes are throttled. Try again later.";
/** Apps an instance remembers. To forget them all costs the permits left of one slot. */
const appsMost = 10_000;

/**
 * The permits of each app in the table `throttles`: one row an app, swapped by its ETag. Instances lease a few at a time, so most
 * writes cost no request. Instances' clocks may differ: the limit holds by the latest of them.
 */
export const tableAppWrites = (use: Uses): AppWrites => {
  const { throttles, clock, limitPerMinute } = use;
  const holdings = new Map<string, Holding>();

  const holdingOf = (clientId: string): Holding => {
    const known = holdings.get(clientId);
    if (known) return known;
    if (holdings.size >= appsMost) holdings.clear();
    const fresh = { slot: 0, leased: 0, left: 0, fullUntil: 0, waiting: 0, leasing: undefined };
    holdings.set(clientId, fresh);
    return fresh;
  };

  const leaseMore = async (clientId: string, holding: Holding): Promise<void> => {
    const { granted, leased, fullUntil } = await swap(clientId, holding);
    if (leased.latest !== holding.slot) Object.assign(holding, { slot: leased.latest, leased: 0, left: 0 });
    holding.leased += granted;
    holding.left += granted;
    if (fullUntil !== undefined) holding.fullUntil = slotStart(fullUntil);
  };

  const swap = (clientId: string, holding: Holding): Promise<Lease> => {
    const partitionKey = hashOf("app", clientId);
    const attempt = async (): Promise<Lease> => {
      const row = await throttles.find(partitionKey, rowKey);
      const slot = slotOf(clock.now());
      const used = holding.slot >= slot ? holding.leased : 0;
      const wish = { slot, used, wanted: Math.max(1, holding.waiting), limit: limitPerMinute };
      const next = lease(row ? parseLeased(String(row.leased)) : nothingLeased, wish);
      if (next.granted === 0) return next;
      const changed = { partitionKey, rowKey, leased: printLeased(next.leased) };
      // If the answer is lost, what was leased is too: the app gets fewer in this minute, never more.
      await throttles.write(
        row ? { kind: "replace", row: changed, ifMatch: row.etag } : { kind: "insert", row: changed },
      );
      return next;
    };
    return decidedAnew("Table storage", attempt, use);
  };

  return {
    take: async (clientId) => {
      const holding = holdingOf(clientId);
      for (;;) {
        const now = clock.now();
        const permit = permitOf(holding, slotOf(now));
        if (permit) return permit;
        if (holding.fullUntil > now) throw throttled(sentence, { by: "app-writes", until: holding.fullUntil, now });
        holding.waiting += 1;
        try {
          holding.leasing ??= leaseMore(clientId, holding).finally(() => (holding.leasing = undefined));
          await holding.leasing;
        } finally {
          holding.waiting -= 1;
        }
      }
    },
  };
};

/** One of the permits at hand, if they are for this slot or, where this clock lags, for one to come. */
const permitOf = (holding: Holding, slotNow: number): Permit | undefined => {
  const { slot } = holding;
  if (holding.left === 0 || slot < slotNow) return undefined;
  holding.left -= 1;
  let isBack = false;
  return {
    giveBack: () => {
      if (isBack || holding.slot !== slot) return;
      isBack = true;
      holding.left += 1;
    },
  };
};
