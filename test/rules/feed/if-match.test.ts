import fc from "fast-check";
import { expect, test } from "vitest";
import { parseIfMatch } from "../../../shared/feed/if-match.ts";
import { etagOf } from "../../../shared/feed/mark.ts";
import { Problem } from "../../../shared/problem.ts";

const stored = { epoch: "e-_1", version: 7 };

test.each([
  "*",
  " * ",
  '"e-_1.7"',
  'W/"e-_1.7"', // a proxy that compressed the answer
  '"other", "e-_1.7"',
  '"other","e-_1.7","third"',
  ' , "e-_1.7" , ,',
  '"a,b", "e-_1.7"',
])("%s is met by the stored ETag", (header) => {
  expect(parseIfMatch(header)(stored)).toBe(true);
});

test.each(['"e-_1.8"', '"E-_1.7"', '""', '"e-_1.7x", "x"', '"*"'])("%s is not met by it", (header) => {
  expect(parseIfMatch(header)(stored)).toBe(false);
});

const malformed = expect.objectContaining({ kind: "invalid", message: expect.stringContaining("If-Match") as string });

test.each(["", " ", ",", "e-_1.7", '"e-_1.7', '"a" "b"', '"a""b"', '"a b"', '*, "a"', 'w/"a"', "'a'"])(
  "%j is malformed",
  (header) => {
    expect(() => parseIfMatch(header)).toThrow(malformed);
  },
);

test("a long header that is malformed at its end is told so at once", () => {
  const startedAt = performance.now();
  for (const part of [" ", ",", '"a",', '"']) expect(() => parseIfMatch(`${part.repeat(16_000)}x`)).toThrow(malformed);
  expect(performance.now() - startedAt).toBeLessThan(500);
});

test("an ETag that was given is met by what it was given for and nothing else, wherever it stands in the list", () => {
  const mark = fc.record({ epoch: fc.stringMatching(/^[\w-]{12}$/), version: fc.nat() });
  fc.assert(
    fc.property(fc.array(mark), mark, fc.array(mark), mark, (before, given, after, other) => {
      const isMet = parseIfMatch([...before, given, ...after].map(etagOf).join(", "));
      expect(isMet(given)).toBe(true);
      const isListed = [...before, given, ...after].some((one) => etagOf(one) === etagOf(other));
      expect(isMet(other)).toBe(isListed);
    }),
  );
});

test("whatever the header holds, it is understood or a Problem", () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      try {
        parseIfMatch(header);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
      }
    }),
  );
});
