import { expect, test } from "vitest";
import { outcomeOf } from "../../../../shared/channels/webpush/response.ts";
import { now } from "../../samples.ts";

const statuses = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const kinds = new Map<string, readonly number[]>([
  ["delivered", [200, 201, 202]],
  ["gone", [404, 410]],
  ["too-large", [413]],
  ["busy", [406, 408, 429, ...statuses(500, 599)]],
  ["misconfigured", [401, ...statuses(300, 399)]],
]);
const kindOf = (status: number): string => [...kinds].find(([, listed]) => listed.includes(status))?.[0] ?? "rejected";

test("every status has the outcome of the table, and what the table does not know is refused for good", () => {
  for (const status of statuses(200, 599)) {
    expect([status, outcomeOf({ status, text: "" }, now).kind]).toEqual([status, kindOf(status)]);
  }
});

test.each([
  [400, "BadJwtToken"],
  [400, "VapidPkHashMismatch"],
  [403, "VapidPkHashMismatch"],
  [403, "Forbidden"],
])("%i %s refuses this device alone, whose channel is kept, and makes our key suspect", (status, reason) => {
  expect(outcomeOf({ status, text: JSON.stringify({ reason }) }, now)).toEqual({
    kind: "rejected",
    reason: `${status} ${reason}`,
    doubtsCredential: true,
  });
});

test.each([
  [
    401,
    '{"reason":"BadJwtToken"}',
    /^the push service refuses our VAPID token \(401 BadJwtToken\): .*VAPID_SUBJECT.*clock/,
  ],
  [307, "https://secret/endpoint", /^the push service sends us elsewhere \(307\), .*in between/],
])("%i is our misconfiguration, and says what to look at", (status, text, sentence) => {
  const reason = expect.stringMatching(sentence);
  expect(outcomeOf({ status, text }, now)).toEqual({ kind: "misconfigured", reason });
});

test.each([
  ["60", 60],
  [new Date(now + 90_000).toUTCString(), 90],
])("a busy service's Retry-After %s is kept", (retryAfter, retryAfterSeconds) => {
  for (const status of [406, 429, 503]) {
    expect(outcomeOf({ status, retryAfter, text: "" }, now)).toMatchObject({ kind: "busy", retryAfterSeconds });
  }
});

test.each([
  [406, "throttled"],
  [429, "throttled"],
  [408, "failing"],
  [500, "failing"],
  [503, "failing"],
])("a busy service's %i tells of its origin that it is %s", (status, origin) => {
  expect(outcomeOf({ status, text: "" }, now)).toEqual({ kind: "busy", origin, reason: String(status) });
});

test("a busy service without a readable Retry-After asks for nothing", () => {
  for (const retryAfter of ["later", undefined]) {
    expect(outcomeOf({ status: 503, retryAfter, text: "" }, now)).not.toHaveProperty("retryAfterSeconds");
  }
});

test.each([
  ['{"reason":"BadTopic"}', "400 BadTopic"],
  ['{"code":400,"errno":109,"error":"Bad Request","message":"https://secret/endpoint"}', "400 Bad Request"],
  ['{"message":"https://secret/endpoint"}', "400"],
  ['{"reason":"https://secret/endpoint"}', "400"],
  [`{"reason":"${"x".repeat(61)}"}`, "400"],
  ["<html>https://secret/endpoint</html>", "400"],
  ["", "400"],
])("of the answer %s only a word is kept as the reason", (text, reason) => {
  expect(outcomeOf({ status: 400, text }, now)).toEqual({ kind: "rejected", reason });
});
