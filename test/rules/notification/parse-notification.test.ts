import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { parseNotification } from "../../../shared/notification/parse-notification.ts";
import { now } from "../samples.ts";
import { bodyWith, fallback, original, parse, problemOf, told, visual } from "./parsing.ts";

const { second, minute, day } = milliseconds;

test("every default of the contract is filled in", () => {
  expect(parse()).toEqual({
    targetHostName: "app.contoso.com",
    appNotificationId: "order-7",
    groupName: null,
    payload: { rawContent: "ready" },
    platformTypes: ["Windows", "iOS", "Android", "WebPush"],
    priority: "None",
    expiresAt: now + 7 * day,
    displayUntil: now + 7 * day,
    fallback: null,
  });
});

test("the original's own example is accepted as it is, at its time", () => {
  const then = Date.UTC(2019, 9, 30);
  expect(parseNotification(original, then)).toEqual({
    targetHostName: "graphnotifications.sample.windows.com",
    appNotificationId: "testDirectToastNotification",
    groupName: "TestGroup",
    payload: original.payload,
    platformTypes: ["Windows", "iOS", "Android"],
    priority: "High",
    expiresAt: Date.UTC(2019, 9, 30, 23, 59),
    displayUntil: then + 60 * second,
    fallback: null,
  });
  expect(problemOf(original).details).toEqual([
    { code: "OutOfRange", target: "expirationDateTime", message: "must not be in the past" },
  ]);
});

const recased = (value: unknown, recase: (name: string) => string): unknown => {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [recase(name), recased(content, recase)]));
};
const full = bodyWith({
  payload: { rawContent: "ready", visualContent: visual },
  groupName: "orders",
  targetPolicy: { platformTypes: ["iOS"] },
  displayTimeToLive: 30,
  expirationDateTime: "2026-02-01T00:00:00Z",
  priority: "Low",
  fallbackPolicy: fallback(),
});

test.each([
  ["PascalCase", (name: string) => name.charAt(0).toUpperCase() + name.slice(1)],
  ["upper case", (name: string) => name.toUpperCase()],
  ["lower case", (name: string) => name.toLowerCase()],
])("members match in %s, in every object", (_, recase) => {
  expect(parseNotification(recased(full, recase), now)).toEqual(parseNotification(full, now));
});

test("null for an optional member equals its absence, in every object", () => {
  const nulls = {
    groupName: null,
    targetPolicy: { platformTypes: null },
    displayTimeToLive: null,
    expirationDateTime: null,
    priority: null,
    fallbackPolicy: { endpointFallback: null },
    payload: { rawContent: "ready", visualContent: null },
  };
  expect(parse(nulls)).toEqual(parse());
  expect(parse({ targetPolicy: null, fallbackPolicy: null })).toEqual(parse());
  const bodyless = { rawContent: null, visualContent: { title: "Hello", body: null } };
  expect(parse({ payload: bodyless }).payload).toEqual({ visualContent: { title: "Hello" } });
});

test("null for a required member is its absence too", () => {
  const nulls = { targetHostName: null, appNotificationId: null, payload: null };
  expect(told(nulls)).toEqual([
    "targetHostName: is required",
    "appNotificationId: is required",
    "payload: is required",
  ]);
});

test("unknown members are ignored, in every object", () => {
  const more = { id: "mine", "@odata.id": "x", "": 1 };
  const visualContent = { ...visual, ...more };
  const body = { ...more, payload: { visualContent, ...more }, targetPolicy: more, fallbackPolicy: more };
  expect(parse(body)).toEqual(parse({ payload: { visualContent: visual } }));
});

test("of members that differ in case only, the exact one counts, for every rule alike", () => {
  expect(parse({ GROUPNAME: "no", groupName: "yes", GroupName: "no" }).groupName).toBe("yes");
  const late = "2099-01-01T00:00:00Z";
  const soon = "2026-02-01T00:00:00Z";
  const both = [
    { EXPIRATIONDATETIME: soon, ExpirationDateTime: late },
    { EXPIRATIONDATETIME: late, ExpirationDateTime: soon },
    { ExpirationDateTime: null, EXPIRATIONDATETIME: late },
  ];
  for (const changes of both) {
    let expiresAt = 0;
    try {
      expiresAt = parse(changes).expiresAt;
    } catch (error) {
      expect(error).toMatchObject({ details: [{ code: "OutOfRange", target: "expirationDateTime" }] });
    }
    expect(expiresAt).toBeLessThanOrEqual(now + 30 * day + 5 * minute);
  }
});

test("raw and visual content may come together, an empty body may be visual", () => {
  const both = { rawContent: "r", visualContent: { title: "t", body: "" } };
  expect(parse({ payload: both }).payload).toEqual(both);
});

test.each([
  [{ payload: { rawContent: "r" } }, "None"],
  [{ payload: { visualContent: visual } }, "High"],
  [{ payload: { rawContent: "r", visualContent: visual } }, "High"],
  [{ payload: { visualContent: visual }, priority: "Low" }, "Low"],
  [{ priority: "none" }, "None"],
  [{ priority: "HIGH" }, "High"],
  [{ priority: "low" }, "Low"],
])("%j has the priority %s", (changes, priority) => {
  expect(parse(changes).priority).toBe(priority);
});

test.each([
  [
    ["windows", "IOS", "aNdRoId", "webpush"],
    ["Windows", "iOS", "Android", "WebPush"],
  ],
  [["iOS", "ios", "IOS"], ["iOS"]],
  [["WebPush"], ["WebPush"]],
])("platformTypes %j are %j: any case, duplicates collapse", (given, platformTypes) => {
  expect(parse({ targetPolicy: { platformTypes: given } }).platformTypes).toEqual(platformTypes);
});

test.each([
  [60, now + 60 * second],
  ["60", now + 60 * second],
  ["060", now + 60 * second],
  [60.0, now + 60 * second],
  [0, now],
  ["0", now],
  [2_147_483_647, now + 7 * day],
  ["2147483647", now + 7 * day],
])("displayTimeToLive %j bounds the display, never past the expiry", (displayTimeToLive, displayUntil) => {
  const draft = parse({ displayTimeToLive });
  expect(draft).toMatchObject({ displayUntil, expiresAt: now + 7 * day });
});

test.each([
  ["2026-02-01T12:00:00Z", now + day],
  ["2026-02-01T12:00:00", now + day],
  ["2026-02-01T13:00:00+01:00", now + day],
  ["2026-01-31T12:00:00.001Z", now + 1],
  ["2026-03-02T12:05:00Z", now + 30 * day + 5 * minute],
])("expirationDateTime %s is kept to the millisecond", (expirationDateTime, expiresAt) => {
  expect(parse({ expirationDateTime }).expiresAt).toBe(expiresAt);
});
