import * as z from "zod";
import { changeSchema, manyChangeSchema } from "../../../shared/feed/parse-change.ts";
import { members } from "../../../shared/members.ts";
import { notificationSchema } from "../../../shared/notification/parse-notification.ts";
import { platformTypes } from "../../../shared/notification/notification.ts";
import { channelSchemas } from "../../../shared/subscription/parse-channel.ts";
import { subscriptionShape } from "../../../shared/subscription/parse-subscription.ts";
import * as answers from "./answers.ts";
import { asRequested, type JsonSchema } from "./as-requested.ts";
import { acceptedOrDryRunAnswer, dryRunAnswer } from "./dry-run-answer.ts";
import { prose } from "./prose.ts";

const channels = platformTypes.map((platform) => [`${platform}Channel`, channelSchemas[platform]] as const);
const anyChannel = z.union(Object.values(channelSchemas));

/** What callers send. Parsers take more than these say: names in any case, and of a notification members that nobody knows. */
const requests = {
  Notification: notificationSchema,
  Change: changeSchema,
  MarkMany: manyChangeSchema,
  Subscription: members({ ...subscriptionShape, channel: anyChannel.nonoptional() }, ""),
  ...Object.fromEntries(channels),
};

const answered = {
  Accepted: answers.acceptedAnswer,
  DryRun: dryRunAnswer,
  AcceptedOrDryRun: acceptedOrDryRunAnswer,
  Entity: answers.entityAnswer,
  Tombstone: answers.tombstoneAnswer,
  List: answers.listAnswer,
  Delta: answers.deltaAnswer,
  Marked: answers.markedAnswer,
  Deliveries: answers.deliveriesAnswer,
  Subscribed: answers.subscribedAnswer,
  SubscriptionState: answers.subscriptionAnswer,
  Subscriptions: answers.subscriptionsAnswer,
  VapidPublicKey: answers.vapidAnswer,
  Error: answers.errorAnswer,
};

export type SchemaName = keyof typeof answered | "Notification" | "Change" | "MarkMany" | "Subscription";

/** Which form `channel` has, `platformType` decides. */
const channelByPlatform: JsonSchema = {
  allOf: platformTypes.map((platform) => ({
    if: { properties: { platformType: { const: platform } } },
    then: { properties: { channel: { $ref: `#/components/schemas/${platform}Channel` } } },
  })),
};

const printed = (): Readonly<Record<string, JsonSchema>> => {
  const named = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...requests, ...answered })) named.add(schema, { id });
  // A schema inside another one that has a name of its own becomes a reference to it.
  const all = z.toJSONSchema(named, {
    io: "input",
    unrepresentable: "any",
    uri: (id) => `#/components/schemas/${id}`,
  });
  return all.schemas as Readonly<Record<string, JsonSchema>>;
};

/** Each as JSON Schema 2020-12, in the form it has on the wire. */
export const schemas: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries(printed()).map(([name, { $schema: _, $id: __, ...schema }]) => {
    if (!Object.hasOwn(requests, name)) return [name, schema];
    const more = name === "Subscription" ? channelByPlatform : {};
    return [name, { ...asRequested(schema, prose[name]), ...more }];
  }),
);
