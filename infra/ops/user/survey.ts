import type { Tables } from "../../../shared/storage/table.ts";
import type { Surroundings } from "../surroundings.ts";
import { findPerson, hintKeysOf } from "./find-person.table.ts";
import { kindOf, tally, type Counts } from "./kinds.ts";
import type { Person } from "./person.ts";
import type { QueueOf } from "./queue-of.bus.ts";

/** What there is of a person, in numbers, and the host names under which it was looked for. */
export type Survey = { readonly hostNames: readonly string[]; readonly there: Counts };

type Use = Pick<Surroundings, "output" | "stop"> & {
  readonly tables: Tables;
  readonly queue: QueueOf;
  readonly apps: readonly string[];
};

/** Counts it. Only looks. Throws as the stores do. */
export const surveyOf = async (use: Use, person: Person): Promise<Survey> => {
  const { tables, queue, output, stop } = use;
  const { feeds, unsids } = await findPerson(tables, person, use);
  const there = tally();
  for (const { feed } of feeds) {
    for await (const { rowKey } of tables.feeds.range(feed, "", "~")) {
      stop.throwIfAborted();
      there.add(kindOf(rowKey));
    }
    for await (const _ of tables.deliveries.range(feed, "", "~")) there.add("ledgers");
  }
  there.add("UNSIDs", unsids.length);
  const messages = await queue.all(new Set(feeds.map(({ feed }) => feed)), {
    stop,
    seen: (count) => output.progress(`Looking for the person's messages: ${count} of the queue.`),
  });
  there.add("messages", messages.length);
  const hints = hintKeysOf(
    feeds,
    unsids.map(({ row }) => row.partitionKey),
  );
  for await (const page of tables.expiries.withRowKeys("", "~")) {
    stop.throwIfAborted();
    there.add("hints of the purge", page.filter(({ rowKey }) => hints.has(rowKey)).length);
  }
  return { hostNames: feeds.map(({ hostName }) => hostName), there: there.counts() };
};
