import fc from "fast-check";
import { expect, test } from "vitest";
import { parseTraceparent, printTraceparent } from "../../../shared/telemetry/trace-context.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";
const span = "b7ad6b7169203331";

test("what is printed is read, with its lot and no other flag", () => {
  const context = fc.record({
    traceId: fc.stringMatching(/^[\da-f]{31}[1-9]$/),
    spanId: fc.stringMatching(/^[\da-f]{15}[1-9]$/),
    traceFlags: fc.nat(255),
  });
  fc.assert(
    fc.property(context, (given) => {
      const expected = { ...given, traceFlags: given.traceFlags & 1, isRemote: true };
      expect(parseTraceparent(printTraceparent(given))).toEqual(expected);
    }),
  );
});

// https://www.w3.org/TR/trace-context/#versioning-of-traceparent
test.each([
  [`00-${trace}-${span}-01`, true],
  [`cc-${trace}-${span}-01-what-the-future-will-be-like`, true],
  [`00-${trace}-${span}-01-more`, false],
  [`ff-${trace}-${span}-01`, false],
  [`00-${"0".repeat(32)}-${span}-01`, false],
  [`00-${trace}-${"0".repeat(16)}-01`, false],
  [`00-${trace.toUpperCase()}-${span}-01`, false],
  [`00-${trace}-${span}`, false],
  ["", false],
  [null, false],
])("%s is a trace: %s", (text, isOne) => {
  expect(parseTraceparent(text) !== undefined).toBe(isOne);
});
