import fc from "fast-check";
import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { parseNotification } from "../../../shared/notification/parse-notification.ts";
import type { NotificationDraft } from "../../../shared/notification/notification.ts";
import { Problem } from "../../../shared/problem.ts";
import { now } from "../samples.ts";

const { second, minute, day } = milliseconds;

/** A valid body; `changes` replaces members, and undefined removes them. */
const bodyWith = (changes: Record<string, unknown> = {}): unknown =>
  JSON.parse(
    JSON.stringify({
      targetHostName: "app.contoso.com",
      appNotificationId: "order-7",
      payload: { rawContent: "ready" },
      ...changes,
    }),
  );

const parse = (changes: Record<string, unknown> = {}): NotificationDraft => parseNotification(bodyWith(changes), now);

const problemOf = (body: unknown): Problem => {
  try {
    parseNotification(body, now);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("It was accepted.");
};

/** What a body is told: `target: message`, in order. */
const told = (changes: Record<string, unknown>): string[] =>
  problemOf(bodyWith(changes)).details.map(({ target, message }) => `${target}: ${message}`);

const visual = { title: "Hello", body: "World" };
const fallback = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  endpointFallback: { platformTypes: ["iOS"], fallbackDelayInSeconds: 60, visualContent: visual, ...changes },
});

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

const original = {
  targetHostName: "graphnotifications.sample.windows.com",
  appNotificationId: "testDirectToastNotification",
  expirationDateTime: "2019-10-30T23:59:00.000Z",
  payload: { visualContent: { title: "Hello World!", body: "Notifications are Great!" } },
  targetPolicy: { platformTypes: ["windows", "ios", "android"] },
  priority: "High",
  groupName: "TestGroup",
  displayTimeToLive: "60",
};

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

test.each([
  ["targetHostName", undefined, "is required"],
  ["targetHostName", "https://app.contoso.com/", "must be a DNS host name, without scheme or path"],
  ["targetHostName", 7, "must be a DNS host name, without scheme or path"],
  ["appNotificationId", undefined, "is required"],
  ["appNotificationId", "", "must be a string of 1 to 64 characters"],
  ["appNotificationId", "x".repeat(65), "must be a string of 1 to 64 characters"],
  ["appNotificationId", 7, "must be a string of 1 to 64 characters"],
  ["appNotificationId", [], "must be a string of 1 to 64 characters"],
  ["appNotificationId", `${"x".repeat(65)}\ud800`, "must be well-formed Unicode, without half a surrogate pair"],
  ["payload", undefined, "is required"],
  ["payload", {}, "must have rawContent or visualContent"],
  ["payload", { rawContent: null, visualContent: null }, "must have rawContent or visualContent"],
  ["payload", [], "must be an object with rawContent or visualContent"],
  ["payload", "ready", "must be an object with rawContent or visualContent"],
  ["groupName", "x".repeat(65), "must be a string of 0 to 64 characters"],
  ["groupName", {}, "must be a string of 0 to 64 characters"],
  ["targetPolicy", [], "must be an object"],
  ["targetPolicy", "iOS", "must be an object"],
  ["displayTimeToLive", -1, "must be a whole number from 0 to 2147483647, or a string of one"],
  ["displayTimeToLive", 2_147_483_648, "must be a whole number from 0 to 2147483647, or a string of one"],
  ["displayTimeToLive", "2147483648", "must be a whole number from 0 to 2147483647, or a string of one"],
  ["displayTimeToLive", 1.5, "must be a whole number from 0 to 2147483647, or a string of one"],
  ["displayTimeToLive", "1.5", "must be a whole number from 0 to 2147483647, or a string of one"],
  ["displayTimeToLive", "-1", "must be a whole number from 0 to 2147483647, or a string of one"],
  ["displayTimeToLive", "", "must be a whole number from 0 to 2147483647, or a string of one"],
  ["displayTimeToLive", "1e3", "must be a whole number from 0 to 2147483647, or a string of one"],
  ["displayTimeToLive", " 60", "must be a whole number from 0 to 2147483647, or a string of one"],
  ["displayTimeToLive", true, "must be a whole number from 0 to 2147483647, or a string of one"],
  ["displayTimeToLive", [60], "must be a whole number from 0 to 2147483647, or a string of one"],
  ["expirationDateTime", "soon", "must be an ISO 8601 date and time"],
  ["expirationDateTime", "2026-02-30T00:00:00Z", "must be an ISO 8601 date and time"],
  ["expirationDateTime", "", "must be an ISO 8601 date and time"],
  ["expirationDateTime", now + day, "must be an ISO 8601 date and time"],
  ["expirationDateTime", "2026-01-31T12:00:00Z", "must not be in the past"],
  ["expirationDateTime", "2026-03-02T12:05:00.001Z", "must be at most 30 days ahead"],
  ["priority", "Urgent", "must be None, High or Low"],
  ["priority", "", "must be None, High or Low"],
  ["priority", 1, "must be None, High or Low"],
  ["fallbackPolicy", [], "must be an object"],
])("%s %j: %s", (target, value, message) => {
  expect(told({ [target]: value })).toEqual([`${target}: ${message}`]);
});

test.each([
  [{ rawContent: "" }, "payload.rawContent: must be a non-empty string"],
  [{ rawContent: { a: 1 } }, "payload.rawContent: must be a non-empty string"],
  [{ rawContent: 7 }, "payload.rawContent: must be a non-empty string"],
  [{ visualContent: {} }, "payload.visualContent.title: is required"],
  [{ visualContent: { body: "b" } }, "payload.visualContent.title: is required"],
  [{ visualContent: { title: "" } }, "payload.visualContent.title: must be a non-empty string"],
  [{ visualContent: { title: "t", body: 7 } }, "payload.visualContent.body: must be a string"],
  [{ visualContent: [] }, "payload.visualContent: must be an object with a title"],
  [{ rawContent: "fine", visualContent: "t" }, "payload.visualContent: must be an object with a title"],
])("payload %j is an invalid payload: %s", (payload, message) => {
  expect(told({ payload })).toEqual([message]);
  expect(problemOf(bodyWith({ payload })).message).toMatch(/^The payload is invalid: /);
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
  [[]],
  [["Symbian"]],
  [["iOS", "Symbian"]],
  [[null]],
  [[7]],
  ["iOS"],
  [{ 0: "iOS" }],
  [[["iOS"]]],
  [["iOS "]],
])("platformTypes %j are refused", (platformTypes) => {
  expect(told({ targetPolicy: { platformTypes } })).toEqual([
    "targetPolicy.platformTypes: must be a non-empty array of Windows, iOS, Android and WebPush",
  ]);
});

test("a list with many faults is told once, so that no small body has a huge answer", () => {
  const platformTypes = Array.from({ length: 10_000 }, () => "x");
  const body = bodyWith({ targetPolicy: { platformTypes }, fallbackPolicy: fallback({ platformTypes }) });
  expect(problemOf(body).details.map(({ target }) => target)).toEqual([
    "targetPolicy.platformTypes",
    "fallbackPolicy.endpointFallback.platformTypes",
  ]);
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

test("a fallback names iOS only, a delay of 60 to 600 seconds and what to show", () => {
  for (const delaySeconds of [60, 600]) {
    const fallbackPolicy = fallback({ platformTypes: ["ios"], fallbackDelayInSeconds: delaySeconds });
    expect(parse({ fallbackPolicy }).fallback).toEqual({ delaySeconds, visualContent: visual });
  }
  expect(parse({ fallbackPolicy: {} }).fallback).toBeNull();
});

const at = "fallbackPolicy.endpointFallback";
const delay = "must be a whole number from 60 to 600";
test.each([
  [{ platformTypes: undefined }, `${at}.platformTypes: is required`],
  [{ platformTypes: [] }, `${at}.platformTypes: must be exactly ["iOS"]`],
  [{ platformTypes: ["Android"] }, `${at}.platformTypes: must be exactly ["iOS"]`],
  [{ platformTypes: ["iOS", "iOS"] }, `${at}.platformTypes: must be exactly ["iOS"]`],
  [{ platformTypes: ["iOS", "Windows"] }, `${at}.platformTypes: must be exactly ["iOS"]`],
  [{ platformTypes: "iOS" }, `${at}.platformTypes: must be exactly ["iOS"]`],
  [{ fallbackDelayInSeconds: undefined }, `${at}.fallbackDelayInSeconds: is required`],
  [{ fallbackDelayInSeconds: 59 }, `${at}.fallbackDelayInSeconds: ${delay}`],
  [{ fallbackDelayInSeconds: 601 }, `${at}.fallbackDelayInSeconds: ${delay}`],
  [{ fallbackDelayInSeconds: 60.5 }, `${at}.fallbackDelayInSeconds: ${delay}`],
  [{ fallbackDelayInSeconds: "60" }, `${at}.fallbackDelayInSeconds: ${delay}`],
  [{ visualContent: undefined }, `${at}.visualContent: is required`],
  [{ visualContent: { body: "b" } }, `${at}.visualContent.title: is required`],
])("a fallback with %j is refused: %s", (changes, message) => {
  expect(told({ fallbackPolicy: fallback(changes) })).toEqual([message]);
});

test("a fallback needs iOS among the targeted platforms", () => {
  const fallbackPolicy = fallback();
  expect(told({ fallbackPolicy, targetPolicy: { platformTypes: ["Android"] } })).toEqual([
    `${at}: needs iOS among targetPolicy.platformTypes`,
  ]);
  expect(parse({ fallbackPolicy, targetPolicy: { platformTypes: ["Android", "ios"] } }).fallback).not.toBeNull();
  expect(parse({ fallbackPolicy, targetPolicy: {} }).fallback).not.toBeNull();
});

test("every faulty member is named at once, in the message and with its particulars", () => {
  const body = {
    targetHostName: "http://x",
    payload: { visualContent: { body: 7 } },
    groupName: 7,
    targetPolicy: { platformTypes: ["Symbian"] },
    displayTimeToLive: -1,
    expirationDateTime: "2019-10-30T23:59:00.000Z",
    priority: "Urgent",
    fallbackPolicy: { endpointFallback: { platformTypes: ["iOS"], fallbackDelayInSeconds: 1 } },
  };
  const { message, details, kind } = problemOf(body);
  const targets = [
    "targetHostName",
    "appNotificationId",
    "payload.visualContent.title",
    "payload.visualContent.body",
    "groupName",
    "targetPolicy.platformTypes",
    "displayTimeToLive",
    "priority",
    "fallbackPolicy.endpointFallback.fallbackDelayInSeconds",
    "fallbackPolicy.endpointFallback.visualContent",
    "expirationDateTime",
  ];
  expect(kind).toBe("invalid");
  expect(details.map(({ target }) => target)).toEqual(targets);
  expect(message).toMatch(/^The notification does not match the contract: /);
  for (const { target, message: fault } of details) expect(message).toContain(`${target} ${fault}`);
  const codes = new Map(details.map(({ target, code }) => [target, code]));
  expect(codes.get("appNotificationId")).toBe("Required");
  expect(codes.get("targetHostName")).toBe("Invalid");
  expect(codes.get("expirationDateTime")).toBe("OutOfRange");
});

test("wrong members and a wrong fallback are told together with a fallback that lacks iOS", () => {
  const changes = { groupName: 7, targetPolicy: { platformTypes: ["Android"] }, fallbackPolicy: fallback() };
  expect(told(changes).map((fault) => fault.split(":")[0])).toEqual(["groupName", at]);
});

test.each([[[]], [[{}]], [[original]], ["text"], [7], [null], [true], [{}]])("the body %j is refused", (body) => {
  expect(problemOf(body).kind).toBe("invalid");
});

test("a body that is no object is told so in a whole sentence", () => {
  expect(problemOf([]).message).toBe("The notification does not match the contract: The body must be a JSON object.");
});

test("a wrong data type is told before anything else of the contract", () => {
  expect(problemOf({ "@odata.type": "#microsoft.graph.user" }).kind).toBe("invalid-data-type");
  expect(problemOf([{ "@odata.type": "#microsoft.graph.user" }]).kind).toBe("invalid");
});

test("what a caller wrote is never repeated in what it is told", () => {
  const secret = "s3cr3t-4711";
  const anyBody = fc.record(
    Object.fromEntries(
      ["targetHostName", "appNotificationId", "payload", "groupName", "targetPolicy", "priority", "fallbackPolicy"].map(
        (name) => [
          name,
          fc.constantFrom<unknown>(
            secret,
            [secret],
            { [secret]: secret },
            { platformTypes: [secret], "@odata.type": secret },
            { rawContent: [secret], visualContent: { title: [secret], body: { [secret]: 1 } } },
            { endpointFallback: { platformTypes: [secret], visualContent: { title: { [secret]: secret } } } },
          ),
        ],
      ),
    ),
  );
  fc.assert(
    fc.property(anyBody, (body) => {
      const { message, details } = problemOf({ ...body, displayTimeToLive: secret, expirationDateTime: secret });
      expect(JSON.stringify([message, details])).not.toContain(secret);
    }),
  );
});
