import type { ExampleName } from "./examples.ts";
import type { ParameterName } from "./parameters.ts";
import type { SchemaName } from "./schemas.ts";

type Content = { readonly schema: SchemaName; readonly example: ExampleName };

/** One operation in the words of its callers. The statuses in `faults` are explained in `faults.ts`, once for all. */
export type Described = {
  readonly summary: string;
  readonly tag: "Sending" | "Feed" | "Subscriptions" | "About";
  readonly parameters?: readonly ParameterName[];
  readonly body?: Content;
  readonly answers: Readonly<Record<number, { readonly says: string; readonly content?: Content }>>;
  readonly faults: readonly number[];
  /** False: anybody may ask, without a token. */
  readonly needsToken?: false;
};

const always = [401, 403, 406, 500];
const withBody = [400, ...always, 413, 415];
const entity: Content = { schema: "Entity", example: "entity" };

const one: Described = {
  summary: "One notification with its content and state.",
  tag: "Feed",
  parameters: ["id", "unsid"],
  answers: { 200: { says: "The notification; its ETag is a header too.", content: entity } },
  faults: [...always, 404],
};

/** By path below the base and method: all of the contract that is served. A test holds it against the routes. */
export const operations: Readonly<Record<string, Readonly<Record<string, Described>>>> = {
  "/me/notifications": {
    post: {
      summary: "Send one notification to a user, on all their devices.",
      tag: "Sending",
      parameters: ["unsid", "idempotencyKey", "contentEncoding", "clientRequestId"],
      body: { schema: "Notification", example: "notification" },
      answers: {
        201: { says: "Stored, and on its way to the devices.", content: { schema: "Accepted", example: "accepted" } },
        200: {
          says: "The same appNotificationId was still live: replaced, unread again.",
          content: { schema: "Accepted", example: "accepted" },
        },
      },
      faults: [...withBody, 409],
    },
    get: {
      summary: "A user's notifications, newest first.",
      tag: "Feed",
      parameters: ["targetHostName", "top", "filter", "skiptoken", "unsid"],
      answers: { 200: { says: "One page.", content: { schema: "List", example: "list" } } },
      faults: [400, ...always],
    },
    patch: {
      summary: "Mark many notifications at once, by id or all of them.",
      tag: "Feed",
      parameters: ["targetHostName", "skiptoken", "unsid"],
      body: { schema: "MarkMany", example: "markMany" },
      answers: { 200: { says: "What became of each.", content: { schema: "Marked", example: "marked" } } },
      faults: withBody,
    },
  },
  "/me/notifications/delta": {
    get: {
      summary: "What changed since the last pass, in order; deletions as tombstones.",
      tag: "Feed",
      parameters: ["targetHostName", "deltaTop", "skiptoken", "deltatoken", "unsid"],
      answers: { 200: { says: "One page of the pass.", content: { schema: "Delta", example: "delta" } } },
      faults: [400, ...always, 410],
    },
  },
  "/me/notifications/{id}": {
    get: one,
    patch: {
      summary: "Change readState, userActionState or both; the user's other devices are told.",
      tag: "Feed",
      parameters: ["id", "ifMatch", "unsid"],
      body: { schema: "Change", example: "change" },
      answers: { 200: { says: "The notification as it is now.", content: entity } },
      faults: [...withBody, 404, 412],
    },
    delete: {
      summary: "Delete a notification everywhere; its content is gone at once.",
      tag: "Feed",
      parameters: ["id", "ifMatch", "unsid"],
      answers: { 204: { says: "Deleted, now or before." } },
      faults: [...always, 404, 412],
    },
  },
  "/me/notifications/{id}/deliveries": {
    get: {
      summary: "What became of each delivery; for the app role Notifications.Admin.",
      tag: "Feed",
      parameters: ["id", "unsid"],
      answers: {
        200: { says: "Each delivery that was tried.", content: { schema: "Deliveries", example: "deliveries" } },
      },
      faults: [400, ...always, 404],
    },
  },
  "/me/activities/{id}": {
    get: { ...one, summary: "The same notification, at the address its Location header gave." },
  },
  "/me/notifications/subscriptions": {
    post: {
      summary: "Subscribe a device of the signed-in user, or renew it.",
      tag: "Subscriptions",
      body: { schema: "Subscription", example: "subscription" },
      answers: {
        201: { says: "Subscribed.", content: { schema: "Subscribed", example: "subscribed" } },
        200: { says: "Renewed: the same UNSID.", content: { schema: "Subscribed", example: "subscribed" } },
      },
      faults: [...withBody, 409],
    },
    get: {
      summary: "The signed-in user's subscriptions, without their UNSIDs.",
      tag: "Subscriptions",
      parameters: ["targetHostName"],
      answers: { 200: { says: "All of them.", content: { schema: "Subscriptions", example: "subscriptions" } } },
      faults: always,
    },
  },
  "/me/notifications/subscriptions/{id}": {
    get: {
      summary: "One subscription.",
      tag: "Subscriptions",
      parameters: ["subscriptionId"],
      answers: { 200: { says: "It.", content: { schema: "SubscriptionState", example: "subscriptionState" } } },
      faults: [...always, 404],
    },
    delete: {
      summary: "Unsubscribe; the UNSID is worth nothing from now on.",
      tag: "Subscriptions",
      parameters: ["subscriptionId"],
      answers: { 204: { says: "Unsubscribed, now or before." } },
      faults: always,
    },
  },
  "/me/notifications/vapidPublicKey": {
    get: {
      summary: "The public key that browsers subscribe with.",
      tag: "Subscriptions",
      answers: { 200: { says: "The key.", content: { schema: "VapidPublicKey", example: "vapidPublicKey" } } },
      faults: [500],
      needsToken: false,
    },
  },
  "/openapi.json": {
    get: {
      summary: "This description.",
      tag: "About",
      answers: { 200: { says: "An OpenAPI 3.1 document." } },
      faults: [500],
      needsToken: false,
    },
  },
};
