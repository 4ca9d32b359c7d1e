import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { openApiDocument } from "../../../../functions/api/openapi/document.ts";
import { examplesFor } from "../../../../functions/api/openapi/examples.ts";
import { prose } from "../../../../functions/api/openapi/prose.ts";
import { parseChange, parseManyChange } from "../../../../shared/feed/parse-change.ts";
import { parseNotification } from "../../../../shared/notification/parse-notification.ts";
import { Problem } from "../../../../shared/problem.ts";
import { knownPushHosts } from "../../../../shared/subscription/push-hosts.ts";
import { parseSubscription } from "../../../../shared/subscription/parse-subscription.ts";
import { schemasOf } from "../../../support/api-description.ts";
import { now, vapidKeys } from "../../samples.ts";

const base = "https://notify.contoso.com/beta";
const document = openApiDocument(base);
const examples = examplesFor(base);
const faultsOf = schemasOf(document);
const isValid = (name: string, value: unknown): boolean => faultsOf(`#/components/schemas/${name}`, value).length === 0;

test("the description is a valid OpenAPI 3.1 document", async () => {
  const result = await new Validator().validate(structuredClone(document));
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
});

test("every reference of the description leads somewhere, and every component is referred to", () => {
  const text = JSON.stringify(document);
  const referred = new Set([...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, name]) => name));
  const { securitySchemes: _, ...components } = document.components;
  const there = Object.entries(components).flatMap(([kind, all]) => Object.keys(all).map((name) => `${kind}/${name}`));
  expect([...referred].toSorted()).toEqual(there.toSorted());
});

test("operation ids are unique", () => {
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods as Record<string, { operationId: string }>).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

const parsers: Readonly<Record<string, (body: unknown) => unknown>> = {
  Notification: (body) => parseNotification(body, now),
  Subscription: (body) =>
    parseSubscription(body, { pushHosts: { allowed: knownPushHosts, extra: [] }, vapidKeys, now }),
  Change: parseChange,
  MarkMany: parseManyChange,
};
const isTaken = (name: string, body: unknown): boolean => {
  try {
    parsers[name]?.(body);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
};

test("every example, of a body or an answer, is valid by the schema it is shown with", () => {
  const contents = Object.values(document.paths).flatMap((methods) => contentsIn(Object.values(methods)));
  expect(contents.length).toBeGreaterThan(14);
  for (const { schema, example } of contents) expect(faultsOf(schema.$ref, example), schema.$ref).toEqual([]);
});

type Content = { readonly schema: { readonly $ref: string }; readonly example: unknown };
const contentsIn = (value: unknown): Content[] => {
  if (typeof value !== "object" || value === null) return [];
  if ("example" in value && "schema" in value) return [value as Content];
  return Object.values(value).flatMap(contentsIn);
};

type Case = readonly [schema: string, body: unknown];
const { notification, subscription } = examples;
const state = { readState: "read", userActionState: "dismissed" };
const nothing = (names: string): Record<string, null> =>
  Object.fromEntries(names.split(" ").map((name) => [name, null]));
const withPayload = (payload: unknown) => ({ ...notification, payload });
const withFallback = (more: object) => ({
  ...notification,
  fallbackPolicy: {
    endpointFallback: { platformTypes: ["iOS"], fallbackDelayInSeconds: 60, visualContent: { title: "t" }, ...more },
  },
});
const ios = (more: object = {}) => ({
  ...subscription,
  platformType: "iOS",
  channel: { token: "00aAfF", bundleId: "com.Contoso", environment: "sandbox", ...more },
});
const android = (more: object = {}) => ({
  ...subscription,
  platformType: "Android",
  channel: { token: "opaque", packageName: "com.Contoso.App", ...more },
});

test.each<Case>([
  ["Notification", notification],
  [
    "Notification",
    {
      ...notification,
      ...nothing("groupName targetPolicy displayTimeToLive expirationDateTime priority fallbackPolicy"),
    },
  ],
  ["Notification", { ...notification, targetHostName: "GraphNotifications.Sample.Windows.com", strange: 1 }],
  ["Notification", { ...notification, "@odata.type": "#microsoft.graph.notification" }],
  ["Notification", { ...notification, targetPolicy: { platformTypes: null }, displayTimeToLive: 0 }],
  ["Notification", withPayload({ rawContent: "x", visualContent: null })],
  ["Notification", withPayload({ rawContent: null, visualContent: { title: "t", body: null } })],
  ["Notification", withFallback({})],
  ...["", "T10:00", "T10:00:00", "T10:00:00.123456789Z", " 10:00:00+02:00"].map((rest): Case => [
    "Notification",
    { ...notification, expirationDateTime: new Date(now + 86_400_000).toISOString().slice(0, 10) + rest },
  ]),
  ["Subscription", subscription],
  ["Subscription", { ...subscription, ...nothing("displayName notificationType") }],
  ["Subscription", { ...subscription, channel: { ...subscription.channel, expirationTime: now + 1_000 } }],
  ["Subscription", ios()],
  ["Subscription", android()],
  ["Change", state],
  ["Change", { ...state, readState: null, "@odata.type": "#microsoft.graph.notification" }],
  ["MarkMany", { readState: "read", ids: ["a"], all: null }],
  ["MarkMany", { readState: "read", ids: null, all: true }],
])("what the parser takes, the schema takes: %s %j", (name, body) => {
  expect(isTaken(name, body)).toBe(true);
  expect(faultsOf(`#/components/schemas/${name}`, body)).toEqual([]);
});

test.each<Case>([
  ...[{}, null, { rawContent: null }, { rawContent: "" }, { rawContent: {} }, { visualContent: {} }, undefined].map(
    (payload): Case => ["Notification", withPayload(payload)],
  ),
  ...["targetHostName", "appNotificationId"].map((name): Case => ["Notification", { ...notification, [name]: null }]),
  ["Notification", { ...notification, targetHostName: "https://contoso.com" }],
  ...[-1, 2_147_483_648, 1.5, "", "-1", "x"].map((displayTimeToLive): Case => [
    "Notification",
    { ...notification, displayTimeToLive },
  ]),
  ["Notification", { ...notification, expirationDateTime: "tomorrow" }],
  ["Notification", { ...notification, priority: "Urgent" }],
  ["Notification", { ...notification, groupName: "x".repeat(65) }],
  ["Notification", { ...notification, targetPolicy: { platformTypes: [] } }],
  ["Notification", withFallback({ platformTypes: ["iOS", "iOS"] })],
  ["Notification", withFallback({ platformTypes: ["Android"] })],
  ["Notification", withFallback({ fallbackDelayInSeconds: 59 })],
  ["Notification", withFallback({ visualContent: null })],
  ...["targetHostName", "platformType", "deviceId", "channel"].map((name): Case => [
    "Subscription",
    { ...subscription, [name]: undefined },
  ]),
  ["Subscription", { ...subscription, platformType: "Symbian" }],
  ["Subscription", { ...subscription, platformType: "Windows" }],
  ["Subscription", { ...subscription, channel: { ...subscription.channel, keys: { p256dh: "x", auth: "x" } } }],
  ["Subscription", ios({ environment: "test" })],
  ["Subscription", ios({ token: "0" })],
  ["Subscription", android({ packageName: "app" })],
  ["Change", {}],
  ["Change", nothing("readState userActionState")],
  ["Change", { readState: "seen" }],
  ["Change", { ...state, priority: "Low" }],
  ["MarkMany", {}],
  ["MarkMany", { all: true }],
  ["MarkMany", { ids: ["a"] }],
  ["MarkMany", state],
  ["MarkMany", { ...state, ids: ["a"], all: true }],
  ["MarkMany", { ...state, all: false }],
  ["MarkMany", { ...state, ids: [] }],
  ["MarkMany", { ...state, ids: [7] }],
  ["MarkMany", { ...state, ids: Array.from({ length: 101 }, String) }],
])("what the parser refuses, the schema refuses: %s %j", (name, given) => {
  const body: unknown = JSON.parse(JSON.stringify(given)); // undefined is absent there
  expect(isTaken(name, body)).toBe(false);
  expect(isValid(name, body)).toBe(false);
});

test("wherever a request holds one of several words, the description says that any case will do", () => {
  const { Notification, Subscription, Change, MarkMany, iOSChannel } = document.components.schemas;
  const found = enumsIn({ Notification, Subscription, Change, MarkMany, iOSChannel });
  expect(found).toHaveLength(10);
  for (const { description } of found) expect(description).toMatch(/Matched without case\.$/);
});

type Words = { readonly enum: readonly unknown[]; readonly description?: string };
const enumsIn = (value: unknown): Words[] => {
  if (typeof value !== "object" || value === null) return [];
  const own = "enum" in value && !(value as Words).enum.includes(true) ? [value as Words] : [];
  return [...own, ...Object.values(value).flatMap(enumsIn)];
};

test("all that is said of members is said of members that there are", () => {
  const text = JSON.stringify(document);
  for (const [name, said] of Object.entries(prose)) {
    for (const [path, words] of Object.entries(said)) {
      expect(text, `${name} ${path}`).toContain(JSON.stringify(words).slice(1, -1));
    }
  }
});

test("entities and subscriptions are described once, and referred to from lists", () => {
  const { List, Delta, Subscriptions } = document.components.schemas as Record<string, unknown>;
  expect(JSON.stringify(List)).toContain('"$ref":"#/components/schemas/Entity"');
  expect(JSON.stringify(Delta)).toContain('"$ref":"#/components/schemas/Entity"');
  expect(JSON.stringify(Subscriptions)).toContain('"$ref":"#/components/schemas/SubscriptionState"');
});

test("every operation takes a client-request-id, and none is tried out with a query that nobody asked for", () => {
  const { parameters } = document.components;
  for (const methods of Object.values(document.paths)) {
    for (const { parameters: taken } of Object.values(methods as Record<string, { parameters: unknown[] }>)) {
      expect(taken).toContainEqual({ $ref: "#/components/parameters/clientRequestId" });
    }
  }
  expect(parameters.filter).not.toHaveProperty("example");
});
