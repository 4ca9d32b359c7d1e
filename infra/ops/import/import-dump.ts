import { tableAppRegistry } from "../../../shared/auth/app-registry.table.ts";
import { systemClock } from "../../../shared/clock.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import { subscribingRulesOf } from "../app-settings.ts";
import { audited } from "../audit.ts";
import { connected, type Connection } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { liveKeysOf } from "../keys/live-keys.ts";
import type { Entry } from "./entry.ts";
import { judge, type Judged, type Rules } from "./judge.ts";
import { survey, type Survey } from "./survey.ts";
import { tally, type Tally } from "./tally.ts";
import { summaryOf, textOfImport } from "./told.ts";
import { userFinder } from "./users.file.ts";
import { writeAll } from "./write-all.ts";

/** What both kinds of dumps are imported by. */
export type ImportOptions = {
  readonly app: string;
  readonly users?: string | undefined;
  readonly tenant?: string | undefined;
  /** The key that the dump's browsers subscribed with, base64url. */
  readonly vapidPublicKey?: string | undefined;
  readonly report?: string | undefined;
  readonly dryRun?: true;
  readonly replace?: true;
  readonly concurrency: number;
  readonly json?: true;
};

/** A dump that can be read as often as it has to be. */
export type Dump = { readonly kind: string; readonly entries: () => AsyncIterable<Entry> };

/**
 * Looks at a dump as a whole, then subscribes its devices, each as the API would. Throws `Failed` when some were refused, which is told by
 * then, or when it cannot be begun. Interrupted, it ends what is under way; the same command goes on from there.
 */
export const importDump = (use: Surroundings, dump: Dump, options: ImportOptions): Promise<void> =>
  connected(use, (connection) => importInto(connection, use, dump, options));

/** What of a connection an import uses. */
export type Into = Pick<Connection, "place" | "tables" | "url" | "isLocal" | "who">;

/** The same, into a Fanfare one is connected with. */
export const importInto = async (
  connection: Into,
  use: Surroundings,
  dump: Dump,
  options: ImportOptions,
): Promise<void> => {
  const { output, stop } = use;
  const isDryRun = options.dryRun === true;
  const { rules, perFeed, hasStrangeKey } = await rulesOf(connection, use, options);
  if (hasStrangeKey && !isDryRun) throw new Failed(strangeKey);

  const looked = survey(perFeed);
  for await (const entry of dump.entries()) {
    stop.throwIfAborted();
    looked.add(judge(entry, rules));
    output.progress(`Looking: ${String(looked.entries())} entries.`);
  }
  async function* settled(): AsyncGenerator<Judged> {
    for await (const entry of dump.entries()) {
      if (stop.aborted) return;
      yield looked.settled(judge(entry, rules));
    }
  }

  const counted = tally();
  const refuse = ({ line, reasons }: Judged & { readonly kind: "refused" }): void => {
    counted.refused(line, reasons);
    if (options.json) output.json({ line, outcome: "refused", reasons });
  };
  const told = { app: rules.app.hostName, place: connection.place, isDryRun, looked, counted };
  try {
    if (isDryRun) {
      for await (const judged of settled()) if (judged.kind === "refused") refuse(judged);
    } else {
      const act = { act: `import ${dump.kind}`, subject: { kind: "app", id: rules.app.hostName } };
      await audited({ ...use, ...connection }, act, (count) =>
        writeAll({
          ...use,
          ...options,
          connection,
          kind: dump.kind,
          rules,
          perFeed,
          looked,
          settled,
          counted,
          refuse,
          count,
        }),
      );
    }
  } finally {
    if (options.json) output.json(summaryOf(told));
    else output.text(textOfImport(told));
  }
  endWell({ looked, counted }, { isDryRun, hasStrangeKey, stop });
};

type Ended = { readonly looked: Survey; readonly counted: Tally };

const endWell = (
  { looked, counted }: Ended,
  { isDryRun, hasStrangeKey, stop }: { isDryRun: boolean; hasStrangeKey: boolean; stop: AbortSignal },
): void => {
  if (stop.aborted) {
    const left = looked.entries() - counted.done();
    throw new Failed(
      `Interrupted: ${String(left)} entries are left. The same command goes on from here.`,
      exitCodes.interrupted,
    );
  }
  if (hasStrangeKey) throw new Failed(strangeKey);
  const { refused } = counted.counts();
  if (refused === 0) return;
  throw new Failed(
    `${String(refused)} of ${String(looked.entries())} entries ${isDryRun ? "would be" : "were"} refused.`,
  );
};

const strangeKey =
  "The dump's browsers subscribed with a VAPID key that is none of this service's, and nobody else can push to them. Give the service that pair as " +
  "VAPID_PREVIOUS_PUBLIC_KEY and VAPID_PREVIOUS_PRIVATE_KEY (here too, for this command to know it), or, if it has no browsers yet, as its " +
  "VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY. Then import.";

const rulesOf = async (connection: Into, use: Surroundings, options: ImportOptions) => {
  const app = await tableAppRegistry(connection.tables().apps, systemClock, use.output.note).find(options.app);
  if (!app) {
    throw new Failed(
      `No app is registered as ${options.app.slice(0, 253)} in ${connection.place}.`,
      exitCodes.nothingMatched,
    );
  }
  const { pushHosts, subscriptionDays, perFeed } = await subscribingRulesOf(use.env);
  const keys = await liveKeysOf(connection, use);
  const { vapidPublicKey } = options;
  const theirs = vapidPublicKey === undefined ? keys.current : vapidKeyIdOf(vapidPublicKey);
  const hasStrangeKey = theirs !== keys.current && theirs !== keys.previous;
  const rules: Rules = {
    app,
    findUser: await userFinder(options),
    pushHosts,
    vapidKeys: hasStrangeKey ? { ...keys, previous: theirs } : keys,
    vapidPublicKey,
    subscriptionDays,
    now: systemClock.now(),
  };
  return { rules, perFeed, hasStrangeKey };
};
