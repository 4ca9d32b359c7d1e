import { always, ofTypedBody, type Content, type Described, type Paths } from "./described.ts";

const entity: Content = { schema: "Entity", example: "entity" };
const entityHeaders = ["ETag", "OData-Version"] as const;
const told =
  "The user's other Windows, iOS and Android devices are told at once, except of a notification that targeted WebPush only. Browsers are not, as they must show something for each push: they see it when they next ask for the delta.";

const one: Described = {
  summary: "One notification with its content and state.",
  tag: "Feed",
  parameters: ["id", "unsid"],
  answers: {
    200: { says: "The notification; its ETag is a header too.", content: entity, headers: entityHeaders },
  },
  faults: ["400", ...always, "404"],
};

export const feed: Paths = {
  "/me/notifications": {
    get: {
      summary: "A user's notifications, newest first.",
      tag: "Feed",
      parameters: ["targetHostName", "top", "filter", "skiptoken", "unsid"],
      answers: {
        200: { says: "One page.", content: { schema: "List", example: "list" }, headers: ["OData-Version"] },
      },
      faults: ["400", ...always],
    },
    patch: {
      summary: "Mark many notifications at once, by id or all of them; the user's other devices are told.",
      description: `At most 100 a call; with \`all\`, the answer's @odata.nextLink goes on. ${told} Each is told once a call, not once for each notification.`,
      tag: "Feed",
      parameters: ["targetHostName", "skiptoken", "anyMatch", "unsid", "contentEncoding"],
      body: { schema: "MarkMany", example: "markMany" },
      answers: {
        200: {
          says: "What became of each.",
          content: { schema: "Marked", example: "marked" },
          headers: ["OData-Version"],
        },
      },
      faults: [...ofTypedBody, "412-of-many"],
    },
  },
  "/me/notifications/delta": {
    get: {
      summary: "What changed since the last pass, in order; deletions as tombstones.",
      description:
        "Follow @odata.nextLink to the end of a pass; its last page has the @odata.deltaLink to begin the next one with. After a 410 begin again without a token. With `Prefer: wait=20` an answer that would say nothing new is held back until there is something, or for so many seconds: the cheap way to follow a feed live, by one such request after another.",
      tag: "Feed",
      parameters: ["targetHostName", "deltaTop", "skiptoken", "deltatoken", "wait", "unsid"],
      answers: {
        200: {
          says: "One page of the pass. The last one has an ETag: the state of the feed that the client now has, which a push names as its baseETag.",
          content: { schema: "Delta", example: "delta" },
          headers: ["ETag", "OData-Version", "Preference-Applied"],
        },
      },
      faults: ["400", ...always, "410"],
    },
  },
  "/me/notifications/{id}": {
    get: one,
    patch: {
      summary: "Change readState, userActionState or both; the user's other devices are told.",
      description: `Any state may follow any other, and the last writer wins, unless If-Match says otherwise. ${told}`,
      tag: "Feed",
      parameters: ["id", "ifMatch", "unsid", "contentEncoding"],
      body: { schema: "Change", example: "change" },
      answers: { 200: { says: "The notification as it is now.", content: entity, headers: entityHeaders } },
      faults: [...ofTypedBody, "404", "412"],
    },
    delete: {
      summary: "Delete a notification everywhere, its content at once; the user's other devices are told.",
      description: told,
      tag: "Feed",
      parameters: ["id", "ifMatch", "unsid"],
      answers: { 204: { says: "Deleted, now or before." } },
      faults: ["400", ...always, "404", "412"],
    },
  },
  "/me/notifications/{id}/deliveries": {
    get: {
      summary: "Why did a device ring, or not: what became of each delivery; for the app role Notifications.Admin.",
      tag: "Feed",
      parameters: ["id", "unsid"],
      answers: {
        200: { says: "Each device, tried or not.", content: { schema: "Deliveries", example: "deliveries" } },
      },
      faults: ["400", ...always, "404"],
    },
  },
  "/me/activities/{id}": {
    get: { ...one, summary: "The same notification, at the address its Location header gave." },
  },
};
