import { z } from "zod";
import { changeSchema, manyChangeSchema } from "../../../shared/feed/parse-change.ts";
import { notificationSchema } from "../../../shared/notification/parse-notification.ts";
import { subscriptionSchema } from "../../../shared/subscription/parse-subscription.ts";
import {
  acceptedAnswer,
  deliveriesAnswer,
  deltaAnswer,
  entityAnswer,
  errorAnswer,
  listAnswer,
  markedAnswer,
  subscribedAnswer,
  subscriptionAnswer,
  subscriptionsAnswer,
  vapidAnswer,
} from "./answers.ts";

const known = {
  Notification: notificationSchema,
  Accepted: acceptedAnswer,
  Entity: entityAnswer,
  List: listAnswer,
  Delta: deltaAnswer,
  Change: changeSchema,
  MarkMany: manyChangeSchema,
  Marked: markedAnswer,
  Deliveries: deliveriesAnswer,
  Subscription: subscriptionSchema,
  Subscribed: subscribedAnswer,
  SubscriptionState: subscriptionAnswer,
  Subscriptions: subscriptionsAnswer,
  VapidPublicKey: vapidAnswer,
  Error: errorAnswer,
};

export type SchemaName = keyof typeof known;

/** Each as JSON Schema 2020-12, in the form it has on the wire. */
export const schemas: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(known).map(([name, schema]) => {
    const { $schema: _, ...described } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    return [name, described];
  }),
);
