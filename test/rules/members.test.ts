import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { anyCase, anyCaseList, member, members } from "../../shared/members.ts";
import { parseNotification } from "../../shared/notification/parse-notification.ts";
import { Problem } from "../../shared/problem.ts";
import { parseSubscription } from "../../shared/subscription/parse-subscription.ts";
import { knownPushHosts } from "../../shared/subscription/push-hosts.ts";
import { browserKeys, now, vapidKeys } from "./samples.ts";

const pushHosts = { allowed: knownPushHosts, extra: [] };
const parsers = [
  { what: "notification", parse: (body: unknown): unknown => parseNotification(body, now) },
  { what: "subscription", parse: (body: unknown): unknown => parseSubscription(body, { pushHosts, vapidKeys, now }) },
];

/** What came of a body: parsed, or a Problem. Any other error fails the test. */
const cameOf = (parse: (body: unknown) => unknown, body: unknown): "parsed" | "problem" => {
  try {
    parse(body);
    return "parsed";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return "problem";
  }
};

const schema = members({ title: z.string(), body: z.string().optional() }, "must be an object");

test("an exact member wins over one that differs in case, even with null", () => {
  expect(schema.parse({ TITLE: "no", title: "yes", Title: "no" })).toEqual({ title: "yes" });
  expect(schema.safeParse({ title: null, TITLE: "no" }).success).toBe(false);
  expect(schema.parse({ TITLE: "no", Title: "yes" })).toEqual({ title: "yes" }); // as in JSON, else the last one counts
});

test("the rules that look at one member find the very one that is parsed", () => {
  const names = fc.constantFrom("body", "Body", "BODY", "bOdY", "title");
  const values = fc.constantFrom("a", "b", null);
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values)), (entries) => {
      const given = { ...Object.fromEntries(entries), title: "t" };
      expect(schema.parse(given).body).toBe(member(given, "body"));
    }),
  );
});

test.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"])(
  "a member called %s is one more unknown member",
  (name) => {
    const given = JSON.parse(`{"title":"t","${name}":{"body":"polluted","title":"polluted"}}`) as unknown;
    expect(schema.parse(given)).toEqual({ title: "t" });
    expect(({} as Record<string, unknown>).body).toBeUndefined();
    expect(schema.safeParse(JSON.parse(`{"${name}":{"title":"polluted"}}`)).success).toBe(false);
    expect(member(given, "body")).toBeUndefined();
  },
);

test("members are read from objects only, never from arrays, texts or what objects inherit", () => {
  for (const value of [["title"], "title", 7, null, undefined, true]) expect(member(value, "length")).toBeUndefined();
  expect(member({}, "toString")).toBeUndefined();
  expect(member({}, "constructor")).toBeUndefined();
});

test("a word is taken in any case and written as the list has it", () => {
  const word = anyCase(["iOS", "WebPush"], "wrong");
  expect(word.parse("IOS")).toBe("iOS");
  for (const wrong of ["", "i", "iOS ", 7, null, ["iOS"]]) expect(word.safeParse(wrong).success).toBe(false);
});

test("a list of words has one fault, however many of its entries are wrong", () => {
  const words = anyCaseList(["a", "b"], "must be a or b");
  expect(words.parse(["A", "b", "B"])).toEqual(["a", "b", "b"]);
  for (const wrong of [[], ["x"], ["a", "x", "y"], ["a", null], [["a"]], "a", { 0: "a" }, 7]) {
    expect(words.safeParse(wrong).error?.issues.map(({ message }) => message)).toEqual(["must be a or b"]);
  }
});

/** The members that mean something, so that what is made up gets past the first check. */
const known = [
  ...["targetHostName", "appNotificationId", "payload", "rawContent", "visualContent", "title", "body", "groupName"],
  ...["targetPolicy", "platformTypes", "displayTimeToLive", "expirationDateTime", "priority", "fallbackPolicy"],
  ...["endpointFallback", "fallbackDelayInSeconds", "@odata.type", "platformType", "deviceId", "displayName"],
  ...["notificationType", "channel", "endpoint", "keys", "p256dh", "auth", "expirationTime", "__proto__", "TITLE"],
];
const leaves = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 60, 1e308, "", "iOS", "WebPush", "app.contoso.com", browserKeys.p256dh),
  fc.constantFrom<unknown>("https://fcm.googleapis.com/x", browserKeys.auth, "2026-02-01T00:00:00Z", "\ud800"),
  fc.string(),
  fc.double(),
);
const { body: hostile } = fc.letrec<{ body: unknown }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaves,
    fc.array(tie("body"), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom(...known), tie("body")), { maxLength: 8 }).map(Object.fromEntries),
  ),
}));

test.each(parsers)("whatever JSON is sent as a $what is understood or is a Problem", ({ parse }) => {
  fc.assert(fc.property(fc.jsonValue(), (body) => void cameOf(parse, body)));
  fc.assert(
    fc.property(hostile, (body) => void cameOf(parse, body)),
    { numRuns: 500 },
  );
});

test.each(parsers)("a $what nested ten thousand deep is a Problem, and quickly", ({ parse }) => {
  const depth = 10_000;
  const arrays = JSON.parse("[".repeat(depth) + "]".repeat(depth)) as unknown;
  expect(cameOf(parse, arrays)).toBe("problem");
  for (const name of known) {
    const objects = JSON.parse(`{"${name}":`.repeat(depth) + "1" + "}".repeat(depth)) as unknown;
    expect(cameOf(parse, objects)).toBe("problem");
    expect(cameOf(parse, { [name]: arrays })).toBe("problem");
  }
});
