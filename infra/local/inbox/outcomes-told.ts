import { milliseconds } from "../../../shared/clock.ts";
import { toldKinds, type Entries, type Told as ToldDevices } from "../../../shared/delivery/ledger.ts";
import { toldIn } from "../../../shared/delivery/ledgers.table.ts";
import type { Table } from "../../../shared/storage/table.ts";
import type { Look } from "./section.ts";
import type { OutcomeCounts, ToldOutcomes } from "./told.ts";

const notificationsMax = 500;
const windowMs = milliseconds.hour;
/** The window moves on in steps: else nothing would ever be the same as a second ago. */
const stepMs = 5 * milliseconds.minute;

/** Looks at what became of telling devices of the notifications of the last hour. */
export const lookAtOutcomes =
  (deliveries: Table, now: () => number = Date.now): Look<ToldOutcomes> =>
  async (stop) => {
    const since = Math.floor((now() - windowMs) / stepMs) * stepMs;
    const ledgers: ToldDevices[] = [];
    let isCut = false;
    // Ids are hexadecimal and begin with their time of creation, so those of an hour stand together in every feed.
    for await (const page of deliveries.withRowKeys(earliestIdAt(since), "g")) {
      stop.throwIfAborted();
      const room = notificationsMax - ledgers.length;
      ledgers.push(...page.slice(0, room).map((row) => toldIn(row, () => undefined)));
      isCut = page.length > room;
      if (isCut) break;
    }
    return { value: countsOf(ledgers, { since, isCut }), fault: null };
  };

/** The ledgers' latest attempts, counted. */
const countsOf = (
  ledgers: readonly ToldDevices[],
  { since, isCut }: { readonly since: number; readonly isCut: boolean },
): ToldOutcomes => {
  const [content, tap, fallback] = toldKinds.map((kind) => counted(ledgers.map((ledger) => ledger[kind])));
  return {
    since: new Date(since).toISOString(),
    notifications: ledgers.length,
    isCut,
    content: content ?? {},
    tap: tap ?? {},
    fallback: fallback ?? {},
  };
};

const counted = (entries: readonly Entries[]): OutcomeCounts => {
  const counts: { -readonly [outcome in keyof OutcomeCounts]: OutcomeCounts[outcome] } = {};
  for (const { outcome } of entries.flatMap((one) => Object.values(one))) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

/** No id made then or later sorts before it (RFC 9562 section 5.7). */
const earliestIdAt = (epochMs: number): string => {
  const time = epochMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}`;
};
