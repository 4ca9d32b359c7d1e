import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { concurrently } from "../../../shared/concurrently.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { headKey } from "../../../shared/feed/rows.ts";
import { agreed, mustBeAskable, type ChangeOptions } from "../apps/change-app.ts";
import { audited } from "../audit.ts";
import { connected } from "../connect.ts";
import { concurrency } from "../option-values.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Store } from "./export.ts";
import { renewFeed } from "./renew-feed.table.ts";

const about = `
When tables came back as they were at an earlier time (the storage account failed over, or somebody copied older tables), clients that know more than
the tables would take new changes for ones they have. After this each of them is answered 410 once, starts over, and has what there is. Feeds
that "backup restore" put back need it not: they begin a new epoch by themselves.

Restart the app first, for its instances remember what they noted in the tables before; then run this once. It goes through the whole
table, in the order of feeds' keys, while the service goes on. It tells where it is: --from goes on there. Without that it may be repeated
as well, and clients start over once more.

Examples:
  npm run ops -- backup renew-epochs --dry-run
  npm run ops -- backup renew-epochs
  npm run ops -- backup renew-epochs --from Qz4x --yes
`;

type Options = ChangeOptions & { readonly from?: string; readonly concurrency: number };

/** `backup renew-epochs`. */
export const addRenewEpochs = (group: Command, use: Surroundings): void => {
  group
    .command("renew-epochs")
    .description("let every client start over, for the tables are older than what it knows")
    .option("--from <place>", "go on where an interrupted run says it is", place)
    .option("--concurrency <count>", "so many at once, 64 at most", concurrency, 16)
    .option("--dry-run", "count the feeds, and do nothing")
    .option("--yes", "do not ask")
    .option("--json", "answer in one JSON document")
    .addHelpText("after", about)
    .action((options: Options) => connected(use, (store) => renewEpochs(store, use, options)));
};

/** The first characters of a feed's key, a hash: where a run is, and nobody's name. */
const placeChars = 4;

const place = (text: string): string => {
  if (!/^[\w-]{1,43}$/.test(text)) throw new InvalidArgumentError("It is what an interrupted run told.");
  return text;
};

/** Renews the epoch of each feed that has a head. Throws as the store does; where it was is told by then. */
export const renewEpochs = async (store: Store, use: Surroundings, options: Options): Promise<void> => {
  mustBeAskable(use, options, "renew epochs");
  const { output, stop } = use;
  const { from = "", json } = options;
  const { feeds } = store.tables();
  let renewed = 0;
  let seen = 0;
  let at = from;
  const tell = (outcome: string): void => {
    if (json) output.json({ outcome, renewed, at: outcome === "renewed" || outcome === "would renew" ? null : at });
    else if (outcome !== "would renew") output.text(`${renewed} feeds have a new epoch.`);
  };
  const eachPage = async (task: (feed: FeedKey) => Promise<void>): Promise<void> => {
    for await (const page of feeds.withRowKey(headKey)) {
      const todo = page.filter(({ partitionKey }) => partitionKey >= from);
      for (let start = 0; start < todo.length; start += options.concurrency) {
        if (stop.aborted) return;
        const some = todo.slice(start, start + options.concurrency);
        at = some[0]?.partitionKey.slice(0, placeChars) ?? at;
        await concurrently(options.concurrency, some, ({ partitionKey }) => task(partitionKey as FeedKey));
        output.progress(`${(seen += some.length)} feeds, at ${at}.`);
      }
    }
  };
  if (options.dryRun) {
    await eachPage(() => Promise.resolve());
    if (!stop.aborted)
      output.note(`${seen} feeds of ${store.place} would have a new epoch. Nothing was written: --dry-run.`);
    tell("would renew");
    return;
  }
  await agreed(use, options, `Let every client of ${store.place} start over?`);
  await audited(
    { ...use, ...store },
    { act: "backup renew-epochs", subject: { kind: "table", id: "feeds" } },
    async (count) => {
      let outcome = "failed";
      try {
        await eachPage(async (feed) => {
          if (!(await renewFeed(feeds, feed))) return;
          renewed += 1;
          count("feeds renewed");
        });
        outcome = stop.aborted ? "interrupted" : "renewed";
      } finally {
        tell(outcome);
        if (outcome !== "renewed" && at !== "")
          output.note(`It came to ${at}. Go on there: npm run ops -- backup renew-epochs --from ${at}`);
      }
    },
  );
};
