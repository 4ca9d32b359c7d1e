import { describe, expect, test } from "vitest";
import { reasons, verdictOf } from "../../../../shared/channels/apns/response.ts";
import { now } from "../../samples.ts";

const setting = "APNS_CREDENTIAL_SHOP";
const judged = { now, setting };
const verdict = (status: number, reason?: string, more: object = {}) =>
  verdictOf({ status, text: reason === undefined ? "" : JSON.stringify({ reason, ...more }) }, judged);

/** "Handling notification responses from APNs", its table of error strings, and what channels.md makes of each. */
const documented: readonly (readonly [number, string, string])[] = [
  [400, "BadCollapseId", "rejected"],
  [400, "BadDeviceToken", "gone"],
  [400, "BadExpirationDate", "rejected"],
  [400, "BadMessageId", "rejected"],
  [400, "BadPriority", "rejected"],
  [400, "BadTopic", "rejected"],
  [400, "DeviceTokenNotForTopic", "gone"],
  [400, "DuplicateHeaders", "rejected"],
  [400, "IdleTimeout", "reconnect"],
  [400, "InvalidPushType", "rejected"],
  [400, "MissingDeviceToken", "rejected"],
  [400, "MissingTopic", "rejected"],
  [400, "PayloadEmpty", "rejected"],
  [400, "TopicDisallowed", "rejected"],
  [403, "BadCertificate", "misconfigured"],
  [403, "BadCertificateEnvironment", "misconfigured"],
  [403, "ExpiredProviderToken", "stale-token"],
  [403, "Forbidden", "misconfigured"],
  [403, "InvalidProviderToken", "misconfigured"],
  [403, "MissingProviderToken", "misconfigured"],
  [403, "UnrelatedKeyIdInToken", "misconfigured"],
  [403, "BadEnvironmentKeyIdInToken", "misconfigured"],
  [404, "BadPath", "misconfigured"],
  [405, "MethodNotAllowed", "misconfigured"],
  [410, "ExpiredToken", "gone"],
  [410, "Unregistered", "gone"],
  [413, "PayloadTooLarge", "too-large"],
  [429, "TooManyProviderTokenUpdates", "too-many-tokens"],
  [429, "TooManyRequests", "busy"],
  [500, "InternalServerError", "busy"],
  [503, "ServiceUnavailable", "busy"],
  [503, "Shutdown", "reconnect"],
];
const seenInTheField = ["BadEnvironmentKeyInToken"];

test("every documented reason has its row, with its status, and no row is without a source", () => {
  expect(Object.keys(reasons).sort()).toEqual([...documented.map(([, reason]) => reason), ...seenInTheField].sort());
  for (const [status, reason] of documented) expect([reason, reasons[reason]?.status]).toEqual([reason, status]);
});

test.each(documented)("%i %s is %s", (status, reason, kind) => {
  const made = verdict(status, reason);
  expect(made.kind).toBe(kind);
  if (made.kind === "misconfigured") {
    expect(made.reason).toMatch(new RegExp(`^${setting}: Apple .*\\(${status} ${reason}\\): .{20,}`));
  }
});

test("200 is delivered, and nothing else is", () => {
  const kinds = Array.from({ length: 400 }, (_, index) => [index + 200, verdict(index + 200).kind] as const);
  expect(kinds.filter(([, kind]) => kind === "delivered")).toEqual([[200, "delivered"]]);
});

describe("a reason that is unknown, missing, or not of its status", () => {
  test.each([
    [201, "rejected"],
    [307, "misconfigured"],
    [400, "rejected"],
    [401, "misconfigured"],
    [403, "misconfigured"],
    [404, "misconfigured"],
    [405, "misconfigured"],
    [408, "busy"],
    [410, "gone"],
    [413, "too-large"],
    [418, "rejected"],
    [429, "busy"],
    [500, "busy"],
    [502, "busy"],
    [503, "busy"],
  ])("counts by the status: %i is %s", (status, kind) => {
    expect(verdict(status).kind).toBe(kind);
    expect(verdict(status, "NeverHeardOf").kind).toBe(kind);
    expect(verdict(status, "toString").kind).toBe(kind);
    if (status !== 400) expect(verdict(status, "BadDeviceToken").kind).toBe(kind);
  });
});

test("a topic refused to one device is that device's, to many it is our key's", () => {
  expect(verdict(400, "TopicDisallowed")).toEqual({
    kind: "rejected",
    reason: "400 TopicDisallowed",
    doubtsCredential: true,
  });
});

test("a device that registered after Apple found its token dead is believed, and tried again", () => {
  const gone = { status: 410, text: JSON.stringify({ reason: "Unregistered", timestamp: now - 1_000 }) };
  const at = (registeredAt?: number) => verdictOf(gone, { ...judged, registeredAt }).kind;
  expect([at(now), at(now - 1_000), at(now - 2_000), at()]).toEqual(["busy", "gone", "gone", "gone"]);
  const untimed = { status: 410, text: JSON.stringify({ reason: "ExpiredToken" }) };
  expect(verdictOf(untimed, { ...judged, registeredAt: now })).toEqual({ kind: "gone" });
});

test.each([
  [429, "TooManyRequests", "throttled"],
  [429, "TooManyProviderTokenUpdates", "throttled"],
  [500, "InternalServerError", "failing"],
  [503, "ServiceUnavailable", "failing"],
  [503, "Shutdown", "failing"],
])("%i %s tells of the origin that it is %s, and its Retry-After is kept", (status, reason, origin) => {
  const answer = { status, text: JSON.stringify({ reason }), retryAfter: "900" };
  const made = verdictOf(answer, judged);
  expect("otherwise" in made ? made.otherwise : made).toEqual({
    kind: "busy",
    origin,
    reason: `${status} ${reason}`,
    retryAfterSeconds: 900,
  });
});

test.each([
  ["<html>00ab00ab</html>", "400"],
  ['{"reason":"00ab00ab"}', "400"],
  ['{"reason":"no such thing"}', "400"],
  [`{"reason":"${"x".repeat(61)}"}`, "400"],
  ['{"reason":"BadTopic","token":"00ab00ab"}', "400 BadTopic"],
  ["", "400"],
])("of the answer %s only a word is kept", (text, reason) => {
  expect(verdictOf({ status: 400, text }, judged)).toEqual({ kind: "rejected", reason });
});
