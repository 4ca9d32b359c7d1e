import type { FeedKey } from "../../../shared/feed-key.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import { tableNames, type Tables } from "../../../shared/storage/table.ts";
import { subscriptionsBelow, subscriptionsFrom } from "../../../shared/subscription/subscription-row.ts";
import type { OperatorStack } from "./operator-stack.ts";

/** Every row of every table, and every message of the queue whatever its state, dead letters too, as texts. */
export const everything = async ({
  tables,
  inspector,
}: Pick<OperatorStack, "tables" | "inspector">): Promise<readonly string[]> => {
  const texts: string[] = [];
  for (const name of tableNames) {
    for await (const row of tables[name].all()) texts.push(JSON.stringify({ table: name, ...row }));
  }
  for (const place of [{}, { subQueueType: "deadLetter" } as const]) {
    for (const { body, messageId, applicationProperties } of await inspector.contents(fanoutQueue, place))
      texts.push(JSON.stringify({ ...place, body: body as unknown, messageId, applicationProperties }));
  }
  return texts;
};

/** Those of the texts in which one of the words stands. */
export const tracesIn = (texts: readonly string[], words: readonly string[]): readonly string[] =>
  texts.filter((text) => words.some((word) => text.includes(word)));

/** By what the tables call the subscriptions of feeds and their channels. */
export const namesOfSubscriptions = async (
  { feeds: table }: Tables,
  feeds: readonly FeedKey[],
): Promise<readonly string[]> => {
  const names: string[] = [];
  for (const feed of feeds) {
    for await (const { rowKey, channelTag } of table.range(feed, subscriptionsFrom, subscriptionsBelow))
      names.push(rowKey.slice(subscriptionsFrom.length), String(channelTag));
  }
  return names;
};
