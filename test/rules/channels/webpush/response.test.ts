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

test.each([400, 403])("%i is this device's alone: neither its channel is dropped nor our key suspected", (status) => {
  for (const reason of ["BadJwtToken", "VapidPkHashMismatch"]) {
    const text = JSON.stringify({ reason });
    expect(outcomeOf({ status, text }, now)).toEqual({ kind: "rejected", reason: `${status} ${reason}` });
  }
});

test.each([
  ["60", 60],
  [new Date(now + 90_000).toUTCString(), 90],
])("a busy service's Retry-After %s is kept", (retryAfter, retryAfterSeconds) => {
  for (const status of [406, 429, 503]) {
    expect(outcomeOf({ status, retryAfter, text: "" }, now)).toEqual({
      kind: "busy",
      reason: String(status),
      retryAfterSeconds,
    });
  }
});

test("a busy service without a readable Retry-After asks for nothing", () => {
  expect(outcomeOf({ status: 503, retryAfter: "later", text: "" }, now)).toEqual({ kind: "busy", reason: "503" });
  expect(outcomeOf({ status: 503, retryAfter: undefined, text: "" }, now)).toEqual({ kind: "busy", reason: "503" });
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
