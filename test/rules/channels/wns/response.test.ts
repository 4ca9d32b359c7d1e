import { expect, test } from "vitest";
import { listed, verdictOf } from "../../../../shared/channels/wns/response.ts";
import { now } from "../../samples.ts";

const kindOf = (status: number, headers: Record<string, string> = {}, statusText = ""): string =>
  verdictOf({ status, headers, statusText }, now).kind;

/** Microsoft's page, "Push notification service request and response headers", and channels.md, section 6. */
const documented = [
  [200, "delivered"],
  [400, "rejected"],
  [401, "token-refused"],
  [403, "rejected"],
  [404, "gone"],
  [405, "rejected"],
  [406, "busy"],
  [410, "gone"],
  [413, "tap-instead"],
  [429, "busy"],
  [500, "busy"],
  [503, "busy"],
] as const;

test.each(documented)("%i is %s, and has a row of its own", (status, kind) => {
  expect(kindOf(status)).toBe(kind);
  expect(listed.codes).toContain(status);
});

test.each([
  ["received", "connected", "delivered"],
  ["received", "disconnected", "delivered"],
  ["received", "tempdisconnected", "delivered"],
  ["dropped", "connected", "rejected"],
  ["dropped", "disconnected", "tap-instead"],
  ["dropped", "tempdisconnected", "tap-instead"],
  ["dropped", "", "rejected"],
  ["channelthrottled", "connected", "busy"],
  ["Received", "", "delivered"],
  ["somethingnew", "", "rejected"],
])("200 with the status %s for a PC that is %s is %s", (status, connection, kind) => {
  const headers = { "x-wns-status": status, "x-wns-deviceconnectionstatus": connection };
  expect(kindOf(200, headers)).toBe(kind);
  expect(kindOf(200, { ...headers, "x-wns-status": "", "x-wns-notificationstatus": status })).toBe(kind);
  if (kind === "rejected" || kind === "busy") {
    expect(verdictOf({ status: 200, headers }, now)).toMatchObject({ reason: `200 ${status}` });
  }
});

test("every status of the page has a row of its own", () => {
  expect(listed.words).toEqual(expect.arrayContaining(["received", "dropped", "channelthrottled"]));
});

test.each([
  [406, "throttled"],
  [429, "throttled"],
  [500, "failing"],
  [503, "failing"],
  [502, "failing"],
  [599, "failing"],
  [408, "failing"],
])("%i tells of WNS that it is %s, and when to come again", (status, origin) => {
  expect(verdictOf({ status, headers: {} }, now)).toEqual({ kind: "busy", origin, reason: String(status) });
  const headers = { "retry-after": new Date(now + 90_000).toUTCString() };
  expect(verdictOf({ status, headers }, now)).toMatchObject({ kind: "busy", retryAfterSeconds: 90 });
});

test("a throttled channel says by either header when to come again, and the longer holds", () => {
  const headers = { "x-wns-status": "channelthrottled", "retry-after": "5", "x-wns-continue-after": "60" };
  expect(verdictOf({ status: 200, headers }, now)).toEqual({
    kind: "busy",
    origin: "throttled",
    reason: "200 channelthrottled",
    retryAfterSeconds: 60,
  });
});

test("403 refuses this channel alone, and makes our credential suspect", () => {
  expect(verdictOf({ status: 403, headers: {} }, now)).toEqual({
    kind: "rejected",
    reason: "403",
    doubtsCredential: true,
  });
});

test.each([
  ["Domain Blocked", {}],
  ["Gone", { "x-wns-error-description": "The domain is blocked" }],
])("a blocked sender (410 %s %j) is told, and no channel is forgotten for it", (statusText, headers) => {
  expect(verdictOf({ status: 410, headers, statusText }, now)).toMatchObject({
    kind: "misconfigured",
    reason: expect.stringContaining("blocks this sender"),
  });
});

test.each([
  [418, "rejected"],
  [415, "rejected"],
  [204, "rejected"],
])("what the page does not know (%i) is refused for good", (status, kind) => {
  expect(kindOf(status)).toBe(kind);
});

test.each([301, 302, 307, 308])("%i is held, for what answers so is not WNS", (status) => {
  expect(verdictOf({ status, headers: { location: "https://elsewhere.example/" } }, now)).toEqual({
    kind: "misconfigured",
    reason: `${status} from the place of WNS: is something between us and Microsoft?`,
  });
});

test.each([
  ["The X-WNS-TTL header is wrong", "400 The X-WNS-TTL header is wrong"],
  ["no channel https://db5p.notify.windows.com/?token=secret here", "400 no channel … here"],
  ["token AwYAAABa5cJ3%2fsecretsecretsecret is unknown", "400 token … is unknown"],
  ["line\u001b[31m", "400 line[31m"],
  ["word ".repeat(100), `400 ${"word ".repeat(24)}`.trim()],
])("of the description %j the reason keeps %j", (description, reason) => {
  const headers = { "x-wns-error-description": description };
  expect(verdictOf({ status: 400, headers }, now)).toEqual({ kind: "rejected", reason });
});
