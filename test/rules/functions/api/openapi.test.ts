import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import type { z } from "zod";
import * as answers from "../../../../functions/api/openapi/answers.ts";
import { openApiDocument } from "../../../../functions/api/openapi/document.ts";
import { examplesFor } from "../../../../functions/api/openapi/examples.ts";
import { parseChange, parseManyChange } from "../../../../shared/feed/parse-change.ts";
import { parseNotification } from "../../../../shared/notification/parse-notification.ts";
import { knownPushHosts } from "../../../../shared/subscription/push-hosts.ts";
import { parseSubscription } from "../../../../shared/subscription/parse-subscription.ts";
import { now } from "../../samples.ts";

const base = "https://notify.contoso.com/beta";
const document = openApiDocument(base);
const examples = examplesFor(base);

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

test("the bodies shown as examples are taken by the service's own parsers", () => {
  expect(parseNotification(examples.notification, now)).toMatchObject({ appNotificationId: "order-7" });
  expect(
    parseSubscription(examples.subscription, { pushHosts: { allowed: knownPushHosts, extra: [] }, now }),
  ).toMatchObject({
    platformType: "WebPush",
  });
  expect(parseChange(examples.change)).toEqual(examples.change);
  expect(parseManyChange(examples.markMany)).toMatchObject({ marked: { kind: "ids", ids: examples.markMany.ids } });
});

test.each([
  ["accepted", answers.acceptedAnswer],
  ["entity", answers.entityAnswer],
  ["list", answers.listAnswer],
  ["delta", answers.deltaAnswer],
  ["marked", answers.markedAnswer],
  ["deliveries", answers.deliveriesAnswer],
  ["subscribed", answers.subscribedAnswer],
  ["subscriptionState", answers.subscriptionAnswer],
  ["subscriptions", answers.subscriptionsAnswer],
  ["vapidPublicKey", answers.vapidAnswer],
  ["error", answers.errorAnswer],
] as const)("the answer shown as the example %s is one", (name, schema: z.ZodType) => {
  expect(schema.safeParse(examples[name]).error).toBeUndefined();
});

test("the schema of a notification says what its parser reads: names, required ones, words, limits", () => {
  const { Notification } = document.components.schemas as Record<string, { properties: object; required: string[] }>;
  expect(Object.keys(Notification!.properties).toSorted()).toEqual([
    "appNotificationId",
    "displayTimeToLive",
    "expirationDateTime",
    "fallbackPolicy",
    "groupName",
    "payload",
    "priority",
    "targetHostName",
    "targetPolicy",
  ]);
  expect(Notification!.required.toSorted()).toEqual(["appNotificationId", "payload", "targetHostName"]);
  expect(Notification).toMatchObject({
    properties: {
      priority: { type: "string", enum: ["None", "High", "Low"] },
      appNotificationId: { minLength: 1, maxLength: 64 },
      targetPolicy: {
        properties: {
          platformTypes: { type: "array", items: { enum: ["Windows", "iOS", "Android", "WebPush"] }, minItems: 1 },
        },
      },
    },
  });
});
