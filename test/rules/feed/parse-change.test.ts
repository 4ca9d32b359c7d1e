import fc from "fast-check";
import { expect, test } from "vitest";
import { parseChange, parseManyChange } from "../../../shared/feed/parse-change.ts";
import { Problem } from "../../../shared/problem.ts";
import { problemWith } from "../../support/problem-with.ts";

const problemOf = (parse: (body: unknown) => unknown, body: unknown): Problem => problemWith(() => parse(body));

test.each([
  [{ readState: "read" }, { readState: "read" }],
  [{ READSTATE: "Unread" }, { readState: "unread" }],
  [{ userActionState: "SNOOZED" }, { userActionState: "snoozed" }],
  [{ userActionState: "NoInteraction", readState: null }, { userActionState: "noInteraction" }],
  [
    { readState: "READ", useractionstate: "activated" },
    { readState: "read", userActionState: "activated" },
  ],
  [{ "@odata.type": "#microsoft.graph.notification", readState: "read" }, { readState: "read" }],
  [{ "@ODATA.TYPE": "Microsoft.Graph.Notification", readState: "read" }, { readState: "read" }],
])("%j is understood", (body, change) => {
  expect(parseChange(body)).toEqual(change);
});

test.each<[unknown, readonly string[]]>([
  [{}, ["readState", "userActionState"]],
  [{ readState: null }, ["readState", "userActionState"]],
  [{ "@odata.type": "#microsoft.graph.notification" }, ["readState", "userActionState"]],
  [null, ["object"]],
  ["read", ["object"]],
  [7, ["object"]],
  [{ readState: "seen" }, ["readState"]],
  [{ readState: 1 }, ["readState"]],
  [{ userActionState: ["dismissed"] }, ["userActionState"]],
  [{ readState: "read", groupName: "x" }, ["groupName"]],
  [{ readState: "read", payload: null }, ["payload"]],
  [{ readState: "read", "@odata.etag": "x" }, ["@odata.etag"]],
  [{ readState: "seen", userActionState: "gone", id: "x" }, ["readState", "userActionState", "id"]],
  [JSON.parse('{"readState":"read","__proto__":{}}'), ["__proto__"]],
  [{ readState: "read", ids: ["x"] }, ["ids"]],
])("%j is refused, naming %j", (body, named) => {
  const { kind, message, details } = problemOf(parseChange, body);
  expect(kind).toBe("invalid");
  for (const name of named) expect(message).toContain(name);
  expect(details.length).toBeGreaterThan(0);
});

test("every fault has a detail of its own, with the member it is about", () => {
  const { details } = problemOf(parseChange, { readState: 1, userActionState: 2, priority: "High" });
  expect(details.map(({ target }) => target)).toEqual(["readState", "userActionState", "priority"]);
});

test("a wrong data type is told before anything else", () => {
  const body = { "@odata.type": "#microsoft.graph.user", readState: 1 };
  expect(problemOf(parseChange, body).kind).toBe("invalid-data-type");
  expect(problemOf(parseManyChange, body).kind).toBe("invalid-data-type");
});

test("thousands of strange members, or a long one, make no long answer", () => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`member${index}`, 1]));
  expect(problemOf(parseChange, many).details.length).toBeLessThan(30);
  expect(problemOf(parseChange, { ["x".repeat(60_000)]: 1 }).message.length).toBeLessThan(500);
});

test("a strange member is named in plain characters: the sentence goes into the log, where it must not begin a line of its own", () => {
  const { message, details } = problemOf(parseChange, { readState: "read", "a\nb\u001b[31m\u2028é": 1 });
  expect(details).toMatchObject([{ target: "a?b?[31m??" }]);
  expect(message).toMatch(/^[\x20-\x7e]+$/);
});

test.each([
  [
    { ids: ["a"], readState: "read" },
    { change: { readState: "read" }, marked: { kind: "ids", ids: ["a"] } },
  ],
  [
    { IDS: ["a", "A"], ReadState: "Read" },
    { change: { readState: "read" }, marked: { kind: "ids", ids: ["a", "A"] } },
  ],
  [
    { all: true, userActionState: "dismissed" },
    { change: { userActionState: "dismissed" }, marked: { kind: "all" } },
  ],
  [
    { all: true, ids: null, readState: "read" },
    { change: { readState: "read" }, marked: { kind: "all" } },
  ],
])("%j marks many", (body, understood) => {
  expect(parseManyChange(body)).toEqual(understood);
});

test("a hundred are marked in a call, and not one more", () => {
  const ids = Array.from({ length: 100 }, (_, index) => `id-${index}`);
  expect(parseManyChange({ ids, readState: "read" }).marked).toEqual({ kind: "ids", ids });
  expect(problemOf(parseManyChange, { ids: [...ids, "x"], readState: "read" }).message).toContain("ids");
});

test.each<[unknown, readonly string[]]>([
  [{ readState: "read" }, ["ids", "all"]],
  [{ ids: ["a"], all: true, readState: "read" }, ["ids", "all"]],
  [{ ids: [], readState: "read" }, ["ids"]],
  [{ ids: ["a", 1], readState: "read" }, ["ids"]],
  [{ ids: "a", readState: "read" }, ["ids"]],
  [{ all: false, readState: "read" }, ["all"]],
  [{ all: "true", readState: "read" }, ["all"]],
  [{ ids: ["a"] }, ["readState", "userActionState"]],
  [{ all: true, readState: "seen" }, ["readState"]],
  [{ all: true, readState: "read", filter: "x" }, ["filter"]],
  [{}, ["readState", "ids", "all"]],
  ["x", ["object"]],
])("%j marks none, naming %j", (body, named) => {
  const { kind, message } = problemOf(parseManyChange, body);
  expect(kind).toBe("invalid");
  for (const name of named) expect(message).toContain(name);
});

test("whatever JSON comes, it is understood or a Problem", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      for (const parse of [parseChange, parseManyChange]) {
        try {
          parse(body);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }
    }),
  );
});
