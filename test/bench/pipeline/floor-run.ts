import { TableClient } from "@azure/data-tables";
import { notificationKey } from "../../../shared/feed/rows.ts";
import type { NotificationId } from "../../../shared/notification/notification.ts";
import { subscriptionsBelow, subscriptionsFrom } from "../../../shared/subscription/subscription-row.ts";
import type { LocalStack } from "../../support/stack.ts";

type Values = Record<string, unknown>;
type Job = { readonly feed: string; readonly id: string };

/**
 * The table requests of one run, made directly: the notification, the feed's subscriptions and the ledger, which is not there yet, are read
 * at once; then it pushes; then the ledger is written, a copy of what the service wrote for a notification of this feed.
 */
export const floorRun = async ({ stack }: LocalStack, templateFeed: string) => {
  const table = (name: string): TableClient =>
    TableClient.fromConnectionString(stack.tables.connectionString, name, { allowInsecureConnection: true });
  const [feeds, deliveries] = [table("feeds"), table("deliveries")];
  const template = await firstOf(deliveries, templateFeed);

  return async ({ feed, id }: Job, push: () => Promise<void>): Promise<void> => {
    await Promise.all([
      feeds.getEntity(feed, notificationKey(id as NotificationId)),
      subscriptionsIn(feeds, feed),
      absent(deliveries, feed, id),
    ]);
    await push();
    await deliveries.createEntity({ ...template, partitionKey: feed, rowKey: id });
  };
};

const firstOf = async (deliveries: TableClient, feed: string): Promise<Values> => {
  const filter = `PartitionKey eq '${feed}'`;
  for await (const found of deliveries.listEntities<Values>({ queryOptions: { filter } })) {
    const { etag: _, timestamp: __, ...values } = found;
    return Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith("odata.")));
  }
  throw new Error("The service wrote no ledger.");
};

const subscriptionsIn = async (feeds: TableClient, feed: string): Promise<void> => {
  const filter = `PartitionKey eq '${feed}' and RowKey ge '${subscriptionsFrom}' and RowKey lt '${subscriptionsBelow}'`;
  const page = await feeds.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: 1_000 }).next();
  if (page.done === true || page.value.length === 0) throw new Error("The user has no subscriptions.");
};

/** A read that finds nothing. */
const absent = async (deliveries: TableClient, feed: string, id: string): Promise<void> => {
  const found = await deliveries.getEntity(feed, id).catch((error: unknown) => {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    return undefined;
  });
  if (found) throw new Error("A new ledger was there already.");
};
