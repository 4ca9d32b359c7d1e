import fc from "fast-check";
import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { now } from "../samples.ts";
import { at, bodyWith, fallback, original, problemOf, told } from "./parsing.ts";

const { day } = milliseconds;

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
