import fc from "fast-check";
import { expect, test } from "vitest";
import type { Problem } from "../../../../shared/problem.ts";
import { problemWith } from "../../../support/problem-with.ts";
import { linkTo, optionsOf, topOf } from "../../../../functions/api/options.ts";

const list = ["$top", "$filter", "$skiptoken"] as const;
const optionsIn = (query: string, supported: readonly (typeof list)[number][] = list) =>
  optionsOf({ query: new URL(`https://x/y?${query}`).searchParams }, supported);
/** A refusal that names these, in this order. */
const refusing = (query: string, supported: readonly (typeof list)[number][] = list): Problem =>
  problemWith(() => topOf(optionsIn(query, supported), 20));
const saying = (message: RegExp) => ({ kind: "invalid", message: expect.stringMatching(message) as string });

test("options are known without case, and a host name is told in lower case", () => {
  expect(optionsIn("TARGETHOSTNAME=App.Contoso.COM&$Top=5&%24FILTER=readState%20eq%20'read'")).toEqual({
    targetHostName: "app.contoso.com",
    $top: "5",
    $filter: "readState eq 'read'",
  });
});

test("parameters that are no option are ignored, be they given twice", () => {
  expect(optionsIn("a=1&a=2&top=3&api-version=7")).toEqual({});
});

test("an option that is not supported is refused, and what is supported is named", () => {
  expect(refusing("$select=id")).toMatchObject(saying(/\$select .*\$top, \$filter, \$skiptoken are/));
  expect(refusing("$top=1", [])).toMatchObject(saying(/\$top is not supported/));
  expect(refusing("$=1", ["$skiptoken"])).toMatchObject(saying(/\$skiptoken is/));
});

test("an option that is not supported is named shortly and in plain characters: the sentence goes into the log as well", () => {
  const { message, details } = refusing(`$a%0Ab%1b[31m${"x".repeat(10_000)}`);
  expect(details).toMatchObject([{ target: `$a?b?[31m${"x".repeat(55)}` }]);
  expect(message).toMatch(/^[\x20-\x7e]{1,200}$/);
});

test("an option given twice is refused, however it is spelt", () => {
  expect(refusing("$top=1&$TOP=1")).toMatchObject(saying(/\$top must be given once/));
  expect(refusing("targetHostName=a&targethostname=a")).toMatchObject(saying(/targetHostName must be given once/));
});

test.each(["", "https://app.contoso.com", "a b", "-", "x".repeat(300)])("targetHostName=%j is no host name", (text) => {
  expect(refusing(`targetHostName=${encodeURIComponent(text)}`)).toMatchObject(saying(/targetHostName must be/));
});

test.each(["0", "101", "-1", "1.5", "", " 5", "0x10", "1e1", "٣", "99999999999"])("$top=%j is refused", ($top) => {
  const refused = refusing(`$top=${encodeURIComponent($top)}`);
  expect(refused).toMatchObject(saying(/\$top must be a whole number from 1 to 100/));
  expect(refused.details).toMatchObject([{ target: "$top" }]);
});

test("$top is a whole number from 1 to 100, or as the operation has it", () => {
  expect([topOf({ $top: "1" }, 20), topOf({ $top: "100" }, 20), topOf({}, 20)]).toEqual([1, 100, 20]);
});

test("a link brings back the options it was made of, whatever they hold", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", "+", "&", "=", "%", "#", "$", "'", "ž", "🦓", "\u0000") });
  fc.assert(
    fc.property(text, text, ($filter, $skiptoken) => {
      const link = linkTo("https://x/y", { $top: undefined, $filter, $skiptoken });
      expect(optionsOf({ query: new URL(link).searchParams }, list)).toEqual({ $filter, $skiptoken });
    }),
  );
});
