import { systemClock } from "../../../shared/clock.ts";
import { concurrently } from "../../../shared/concurrently.ts";
import { dataCipher } from "../../../shared/data-keys.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { emptyHead } from "../../../shared/feed/new-head.ts";
import { headKey } from "../../../shared/feed/rows.ts";
import { printInstant } from "../../../shared/notification/instant.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import { tableSubscriptions } from "../../../shared/subscription/subscriptions.table.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import { dataKeysOf } from "../app-settings.ts";
import type { Connection } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { bringOver } from "./bring-over.ts";
import type { Accepted, Judged, Rules } from "./judge.ts";
import { requireOwnKeys } from "./own-keys.table.ts";
import { openReport } from "./report.file.ts";
import type { Survey } from "./survey.ts";
import type { Tally } from "./tally.ts";
import { progressOf } from "./told.ts";

type Use = Pick<Surroundings, "env" | "output"> & {
  readonly connection: Pick<Connection, "place" | "tables">;
  readonly kind: string;
  readonly rules: Rules;
  readonly perFeed: number;
  readonly report?: string | undefined;
  readonly replace?: true;
  readonly concurrency: number;
  readonly looked: Survey;
  readonly settled: () => AsyncIterable<Judged>;
  readonly counted: Tally;
  readonly refuse: (refused: Judged & { readonly kind: "refused" }) => void;
  /** For the audit. */
  readonly count: (what: string) => void;
};

/**
 * Subscribes every entry that was accepted, several at once, and reports each: a line of the report comes after what it tells of, so that a
 * run that is cut short has nothing in it that is not so, and the next one renews what it lacks. Throws what the store does.
 */
export const writeAll = async (use: Use): Promise<void> => {
  const { rules, looked, counted, count, output } = use;
  if (use.report === undefined) throw new Failed("--report is missing.", exitCodes.usage);
  const bring = bringOver(await subscriptionsOf(use), { replace: use.replace === true });
  const heading = { import: use.kind, app: rules.app.hostName, place: use.connection.place };
  const report = await openReport(use.report, heading, { marks: looked.marks(), now: rules.now });
  const begunAt = systemClock.now();

  const refuse = async (line: number, id: string | undefined, reasons: readonly string[]): Promise<void> => {
    await report.add({ line, id: id ?? null, outcome: "refused", reasons });
    use.refuse({ kind: "refused", line, id, reasons });
    count("refused");
  };
  const write = async (accepted: Accepted): Promise<void> => {
    const { line, id, theirUser, mark } = accepted;
    if (report.done.has(mark)) {
      counted.imported("before");
      return;
    }
    const brought = await bring(accepted);
    if (brought.kind === "refused") {
      await refuse(line, id, [brought.reason]);
      return;
    }
    await report.add({
      line,
      id: id ?? null,
      outcome: "imported",
      user: theirUser ?? null,
      userNotificationSubscriptionId: brought.unsid,
      subscriptionId: brought.subscriptionId,
      expirationDateTime: printInstant(brought.expiresAt),
      mark,
    });
    counted.imported(brought.isNew ? "new" : "renewed");
    count("imported");
  };
  try {
    await concurrently(use.concurrency, use.settled(), async (judged) => {
      if (judged.kind === "refused") await refuse(judged.line, judged.id, judged.reasons);
      else await write(judged);
      output.progress(progressOf(counted.done(), looked.entries(), systemClock.now() - begunAt));
    });
  } finally {
    await report.close();
  }
};

/** As the app makes them: there is one writer of subscriptions. */
const subscriptionsOf = async ({ env, connection, perFeed, rules, output }: Use): Promise<Subscriptions> => {
  const { feeds, unsids, expiries } = connection.tables();
  const cipher = dataCipher(await dataKeysOf(env));
  await requireOwnKeys(feeds, cipher);
  return tableSubscriptions({
    feeds,
    unsids,
    hints: tableExpiryHints(expiries),
    cipher,
    clock: systemClock,
    head: { rowKey: headKey, empty: (feed: FeedKey) => emptyHead(feed, systemClock.now()) },
    perFeed,
    vapidKeys: rules.vapidKeys,
    report: output.note,
  });
};
