import fc from "fast-check";
import { expect, test } from "vitest";
import { feedKeyOf } from "../../shared/feed-key.ts";
import { hashOf } from "../../shared/hash.ts";
import { anyCharacter } from "../support/any-character.ts";

const texts = fc.array(fc.string({ unit: anyCharacter }), { maxLength: 4 });

test("different texts, or the same texts split elsewhere, have different hashes", () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      expect(hashOf(...a) === hashOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
  expect(hashOf("a", "bc")).not.toBe(hashOf("ab", "c"));
  expect(hashOf('a","b')).not.toBe(hashOf("a", "b"));
});

test("a hash is a table key: 43 base64url characters, today's and tomorrow's the same", () => {
  fc.assert(
    fc.property(texts, (given) => {
      expect(hashOf(...given)).toMatch(/^[\w-]{43}$/);
    }),
  );
  expect(hashOf("feed")).toBe("NPKWzZloQl8UYqLKetGNErw7mu7WMdFHSjsQS790kg0");
});

test("a user has one feed for each host name, in whatever case it is written", () => {
  const user = { tenantId: "tenant", objectId: "user" };
  const feed = feedKeyOf(user, "app.contoso.com");
  expect(feedKeyOf(user, "App.Contoso.COM")).toBe(feed);
  expect(feedKeyOf(user, "other.contoso.com")).not.toBe(feed);
  expect(feedKeyOf({ ...user, tenantId: "other" }, "app.contoso.com")).not.toBe(feed);
  expect(feedKeyOf({ ...user, objectId: "other" }, "app.contoso.com")).not.toBe(feed);
});
