import { TableClient, type TableEntityResult, type TransactionAction } from "@azure/data-tables";
import { ServiceBusClient } from "@azure/service-bus";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import { messageIdOf, type FanoutJob } from "../../../shared/fanout/job.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";
import { aliasKey, changeKey, headKey, notificationKey } from "../../../shared/feed/rows.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import { unsidPlaceOf } from "../../../shared/subscription/subscription-row.ts";
import type { LocalStack } from "../../support/stack.ts";
import type { Poster } from "./api-side.ts";

type Values = Record<string, unknown>;
type Found = TableEntityResult<Values>;
type Row = Values & { readonly partitionKey: string; readonly rowKey: string };

/**
 * The calls under one POST, made directly: no HTTP, no token, no rules, and rows that are copies of what the service wrote. Its messages
 * go to the service's own queue, or to another one.
 */
export const floorSide = async (stack: LocalStack, templatePoster: Poster, queue = fanoutQueue) => {
  const { tables, serviceBus } = stack.stack;
  const table = (name: string): TableClient =>
    TableClient.fromConnectionString(tables.connectionString, name, { allowInsecureConnection: true });
  const [feeds, unsids] = [table("feeds"), table("unsids")];
  const bus = new ServiceBusClient(serviceBus.connectionString);
  const sender = bus.createSender(queue);
  const feedOf = feedsOf(stack);
  const template = await templatesIn(feeds, await feedOf(templatePoster));

  const post = async (poster: Poster, id = newNotificationId(Date.now())): Promise<void> => {
    const feed = await feedOf(poster);
    const { partitionKey, rowKey } = unsidPlaceOf(poster.unsid);
    const alias = aliasKey(crypto.randomUUID());

    await unsids.getEntity(partitionKey, rowKey);
    const [head] = await Promise.all([feeds.getEntity<Values>(feed, headKey), absent(feeds, feed, alias)]);
    const version = Number(head.version) + 1;
    const changes: TransactionAction[] = [
      ["update", { ...rowOf(head), version }, "Replace", { etag: head.etag }],
      [
        "upsert",
        { ...template.notification, partitionKey: feed, rowKey: notificationKey(id), id, version, epoch: head.epoch },
        "Replace",
      ],
      ["create", { ...template.alias, partitionKey: feed, rowKey: alias, id, version }],
      ["create", { ...template.change, partitionKey: feed, rowKey: changeKey(version), id }],
    ];
    await feeds.submitTransaction(changes);
    const job: FanoutJob = { v: 1, feed, id, version, kind: "content", hop: 0, acceptedAt: Date.now() };
    await sender.sendMessages({
      body: job,
      contentType: "application/json",
      messageId: messageIdOf(job),
      subject: job.kind,
      timeToLive: 3_600_000,
    });
  };
  return { post, feedOf, close: () => bus.close() };
};

/** The feed of each user, by the claims of a token of theirs. */
const feedsOf = ({ stack, token }: LocalStack) => {
  const known = new Map<string, FeedKey>();
  const [app] = stack.apps;
  return async ({ user }: Poster): Promise<FeedKey> => {
    const found = known.get(user);
    if (found) return found;
    const [, payload = ""] = (await token({ user })).split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as { tid: string; oid: string };
    const feed = feedKeyOf({ tenantId: claims.tid, objectId: claims.oid }, app?.hostName ?? "");
    known.set(user, feed);
    return feed;
  };
};

/** What the service wrote for one notification of this feed. */
const templatesIn = async (feeds: TableClient, feed: FeedKey) => {
  const one = async (prefix: string): Promise<Row> => {
    const filter = `PartitionKey eq '${feed}' and RowKey ge '${prefix}_' and RowKey lt '${prefix}~'`;
    for await (const found of feeds.listEntities<Values>({ queryOptions: { filter } })) return rowOf(found);
    throw new Error(`The service wrote no row ${prefix}_.`);
  };
  const [notification, alias, change] = await Promise.all([one("n"), one("a"), one("c")]);
  return { notification, alias, change };
};

const rowOf = ({ timestamp: _, etag: __, partitionKey, rowKey, ...values }: Found): Row => ({
  ...Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith("odata."))),
  partitionKey: String(partitionKey),
  rowKey: String(rowKey),
});

/** A read that finds nothing, as that of a new appNotificationId does. */
const absent = async (feeds: TableClient, partitionKey: string, rowKey: string): Promise<void> => {
  const found = await feeds.getEntity(partitionKey, rowKey).catch((error: unknown) => {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    return undefined;
  });
  if (found) throw new Error("A new name was there already.");
};
