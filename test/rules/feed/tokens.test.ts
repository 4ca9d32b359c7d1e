import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataCipher } from "../../../shared/data-keys.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import {
  openToken,
  sealToken,
  type TokenContents,
  type TokenPlace,
  type TokenPurpose,
} from "../../../shared/feed/tokens.ts";
import { hashOf } from "../../../shared/hash.ts";
import { lifetimeMaxMs, newNotificationId } from "../../../shared/notification/notification.ts";
import type { Problem } from "../../../shared/problem.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { problemWith } from "../../support/problem-with.ts";
import { now } from "../samples.ts";

const first = { id: "k1", key: randomBytes(32) };
const second = { id: "k2", key: randomBytes(32) };
const use = { cipher: dataCipher([first]), now };
const place: TokenPlace = { feed: hashOf("a feed") as FeedKey, filter: "readState eq 'unread'" };

const marks = fc.record({
  epoch: fc.constantFrom("", "BCVxsr7N_eNg", "fake.epoch"),
  version: fc.nat({ max: 9_999_999_999 }),
});
const after = fc.nat({ max: Date.UTC(2100, 0) }).map((at) => ({ after: newNotificationId(at) }));
const contents: { readonly [Purpose in TokenPurpose]: fc.Arbitrary<TokenContents[Purpose]> } = {
  list: after,
  "mark-all": after,
  "delta-page": fc.record({ since: marks, until: marks }),
  delta: fc.record({ since: marks }),
};
const purposes: readonly TokenPurpose[] = ["list", "mark-all", "delta-page", "delta"];
const tokens = fc
  .constantFrom(...purposes)
  .chain((purpose) =>
    contents[purpose].map((content) => ({ purpose, content, token: sealToken(use, purpose, place, content) })),
  );

const problemOf = (text: string, purpose: TokenPurpose, where = place, by = use): Problem =>
  problemWith(() => openToken(by, purpose, where, text), `The token ${text} was accepted.`);
const invalid = { kind: "invalid", message: "The token in the query is not one that was given out for this request." };
const alphabet = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

test("whatever was sealed opens again, and stands in a query as it is", () => {
  fc.assert(
    fc.property(tokens, ({ purpose, content, token }) => {
      expect(openToken(use, purpose, place, token)).toEqual(content);
      expect(encodeURIComponent(token)).toBe(token);
      expect(token.length).toBeLessThan(150);
    }),
  );
});

test("a token with any one character changed, taken out or put in is refused", () => {
  const characters = fc.oneof(
    fc.constantFrom(...alphabet, ...Array.from("=.+/ ")),
    fc.string({ unit: anyCharacter, minLength: 1 }),
  );
  fc.assert(
    fc.property(tokens, fc.nat(), characters, ({ purpose, token }, anywhere, character) => {
      const at = anywhere % token.length;
      const [before, behind] = [token.slice(0, at), token.slice(at + 1)];
      for (const tampered of [before + character + behind, before + behind, before + character + token.slice(at)]) {
        if (tampered !== token) expect(problemOf(tampered, purpose)).toMatchObject(invalid);
      }
    }),
    { numRuns: 300 },
  );
});

test("of all texts that differ from a token in its last character none is accepted, spare bits or not", () => {
  for (const version of [1, 10, 100]) {
    const token = sealToken(use, "delta", place, { since: { epoch: "e", version } });
    for (const last of alphabet) {
      if (!token.endsWith(last)) expect(problemOf(token.slice(0, -1) + last, "delta")).toMatchObject(invalid);
    }
  }
});

test("a token cut short or extended is refused", () => {
  const token = sealToken(use, "delta", place, { since: { epoch: "e", version: 1 } });
  for (const length of Array.from(token).keys()) {
    expect(problemOf(token.slice(0, length), "delta")).toMatchObject(invalid);
  }
  for (const more of ["A", ".", "=", ".A", "AAAA", " ", "\n", `.${token}`, token]) {
    expect(problemOf(token + more, "delta")).toMatchObject(invalid);
    expect(problemOf(more + token, "delta")).toMatchObject(invalid);
  }
  expect(problemOf("x".repeat(10_000_000), "delta")).toMatchObject(invalid);
});

test("any other text is refused", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: anyCharacter }), fc.base64String()), (text) => {
      for (const junk of [text, `k1.${text}`]) expect(problemOf(junk, "list")).toMatchObject(invalid);
    }),
  );
});

test("a token of another purpose, feed or filter, or by another key is refused", () => {
  const by = (...keys: Parameters<typeof dataCipher>[0]): typeof use => ({ ...use, cipher: dataCipher(keys) });
  fc.assert(
    fc.property(tokens, fc.string(), ({ purpose, token }, filter) => {
      for (const other of purposes) if (other !== purpose) expect(problemOf(token, other)).toMatchObject(invalid);
      const elsewhere = { ...place, feed: hashOf("another feed") as FeedKey };
      for (const where of [elsewhere, { feed: place.feed }, { ...place, filter }]) {
        expect(problemOf(token, purpose, where)).toMatchObject(invalid);
      }
      expect(problemOf(token, purpose, place, by(second))).toMatchObject(invalid);
      expect(problemOf(token, purpose, place, by({ ...second, id: "k1" }))).toMatchObject(invalid);
      expect(problemOf(token.replace("k1", "k2"), purpose, place, by(first, second))).toMatchObject(invalid);
    }),
  );
});

test("after a rotation of the key the tokens given out before go on", () => {
  const content = { since: { epoch: "e", version: 7 } };
  const token = sealToken(use, "delta", place, content);
  expect(openToken({ ...use, cipher: dataCipher([second, first]) }, "delta", place, token)).toEqual(content);
});

describe("age", () => {
  const mark = { epoch: "e", version: 7 };
  const later = { ...use, now: now + lifetimeMaxMs };

  test.each([
    ["delta", { since: mark }],
    ["delta-page", { since: mark, until: mark }],
  ] as const)("a token of %s is good for 30 days and 5 minutes, and gone after that", (purpose, content) => {
    const token = sealToken(use, purpose, place, { until: mark, ...content });
    expect(openToken(later, purpose, place, token)).toEqual(content);
    const problem = problemOf(token, purpose, place, { ...later, now: later.now + 1 });
    expect(problem).toMatchObject({ kind: "gone", message: "The token is too old: start over without a token." });
  });

  test.each(["list", "mark-all"] as const)("a token of %s is good for ever", (purpose) => {
    const last = newNotificationId(now);
    const token = sealToken(use, purpose, place, { after: last });
    expect(openToken({ ...use, now: now * 2 }, purpose, place, token)).toEqual({ after: last });
  });
});
