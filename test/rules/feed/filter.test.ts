import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFilter } from "../../../shared/feed/filter.ts";
import {
  priorities,
  readStates,
  userActionStates,
  type Notification,
} from "../../../shared/notification/notification.ts";
import { Problem } from "../../../shared/problem.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { problemWith } from "../../support/problem-with.ts";
import { notificationWith } from "../samples.ts";

/** What a filter means, as a tree. */
type Tree =
  | { readonly kind: "is"; readonly name: keyof Notification; readonly value: string | null; readonly isEqual: boolean }
  | { readonly kind: "and" | "or"; readonly left: Tree; readonly right: Tree };

const meaning = (tree: Tree, notification: Notification): boolean => {
  switch (tree.kind) {
    case "is":
      return (notification[tree.name] === tree.value) === tree.isEqual;
    case "and":
      return meaning(tree.left, notification) && meaning(tree.right, notification);
    case "or":
      return meaning(tree.left, notification) || meaning(tree.right, notification);
  }
};

/** With parentheses where the meaning needs them and nowhere else: `and` binds tighter. */
const print = (tree: Tree): string => {
  if (tree.kind !== "is") {
    const part = (side: Tree): string => (tree.kind === "and" && side.kind === "or" ? `(${print(side)})` : print(side));
    return `${part(tree.left)} ${tree.kind} ${part(tree.right)}`;
  }
  const value = tree.value === null ? "null" : `'${tree.value.replaceAll("'", "''")}'`;
  return `${tree.name} ${tree.isEqual ? "eq" : "ne"} ${value}`;
};

const groups = fc.oneof(
  fc.constantFrom("a", "A", "it's", "''", "", "x and y", "null"),
  fc.string({ unit: anyCharacter }),
);
const comparisons: fc.Arbitrary<Tree> = fc
  .oneof(
    fc.record({ name: fc.constant("readState" as const), value: fc.constantFrom(...readStates) }),
    fc.record({ name: fc.constant("userActionState" as const), value: fc.constantFrom(...userActionStates) }),
    fc.record({ name: fc.constant("priority" as const), value: fc.constantFrom(...priorities) }),
    fc.record({ name: fc.constant("groupName" as const), value: fc.option(groups) }),
  )
  .chain((comparison) => fc.boolean().map((isEqual) => ({ kind: "is", ...comparison, isEqual })));
const { tree: trees } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    comparisons,
    fc.record({ kind: fc.constantFrom("and" as const, "or" as const), left: tie("tree"), right: tie("tree") }),
  ),
}));
const notifications = fc
  .record({
    readState: fc.constantFrom(...readStates),
    userActionState: fc.constantFrom(...userActionStates),
    priority: fc.constantFrom(...priorities),
    groupName: fc.option(groups),
  })
  .map(notificationWith);

const problemOf = (text: string): Problem => problemWith(() => parseFilter(text), `${text} was understood.`);

test("a filter read back means what was written, in any case of its words", () => {
  fc.assert(
    fc.property(trees, notifications, fc.func(fc.boolean()), (tree, notification, isUpper) => {
      const text = print(tree);
      fc.pre(text.length <= 1_024);
      const anyhow = text.replace(/'(?:[^']|'')*'|\w+/g, (piece, at: number) => {
        if (piece.startsWith("'")) return piece;
        return isUpper(at) ? piece.toUpperCase() : piece.toLowerCase();
      });
      expect(parseFilter(text)(notification)).toBe(meaning(tree, notification));
      expect(parseFilter(anyhow)(notification)).toBe(meaning(tree, notification));
    }),
    { numRuns: 500 },
  );
});

test("whatever text is given, it is understood or refused as a Problem with one sentence", () => {
  const words = ["readState", "eq", "ne", "and", "or", "(", ")", "'read'", "''", "'", "null", "groupName", " ", "not"];
  const nearly = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: anyCharacter })));
  const texts = fc.oneof(
    fc.string({ unit: anyCharacter }),
    nearly.map((pieces) => pieces.join(" ")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseFilter(text);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
        expect(error).toMatchObject({ kind: "invalid", message: expect.stringMatching(/^\$filter .+\.$/) });
      }
    }),
    { numRuns: 1_000 },
  );
});

test.each<[string, Partial<Notification>, boolean]>([
  ["readState eq 'unread'", {}, true],
  ["READSTATE EQ 'UNREAD'", {}, true],
  ["readState ne 'read'", {}, true],
  ["  ( readState eq 'unread' )\t", {}, true],
  ["(readState eq 'unread')and(priority eq 'high')", { priority: "High" }, true],
  ["userActionState eq 'NoInteraction'", {}, true],
  ["groupName eq null", {}, true],
  ["groupName ne null", {}, false],
  ["groupName ne 'a'", {}, true],
  ["groupName eq 'null'", {}, false],
  ["groupName eq 'A'", { groupName: "a" }, false],
  ["groupName eq 'it''s'", { groupName: "it's" }, true],
  ["groupName eq ''''", { groupName: "'" }, true],
  ["groupName eq ''", { groupName: "" }, true],
  ["groupName eq ' and ('", { groupName: " and (" }, true],
  ["readState eq 'unread' or readState eq 'read' and priority eq 'Low'", {}, true],
  ["(readState eq 'unread' or readState eq 'read') and priority eq 'Low'", {}, false],
])("%s", (text, notification, isMatch) => {
  expect(parseFilter(text)(notificationWith(notification))).toBe(isMatch);
});

test.each([
  ["", "one of readState, userActionState, priority, groupName or a parenthesis at character 1."],
  ["   ", "a parenthesis at character 4."],
  ["id eq 'x'", "a parenthesis at character 1."],
  ["'unread' eq readState", "a parenthesis at character 1."],
  ["not (readState eq 'read')", "a parenthesis at character 1."],
  ["readState", "eq or ne at character 10."],
  ["readState gt 'read'", "eq or ne at character 11."],
  ["readState eq", "one of 'unread', 'read' to compare readState with at character 13."],
  ["readState eq read", "one of 'unread', 'read' to compare readState with at character 14."],
  ["readState eq null", "one of 'unread', 'read' to compare readState with at character 14."],
  ["readState eq 'unred'", "one of 'unread', 'read' to compare readState with at character 14."],
  ["priority eq 'urgent'", "one of 'None', 'High', 'Low' to compare priority with at character 13."],
  ["groupName eq a", "a text in single quotes or null to compare groupName with at character 14."],
  ["groupName eq 'a", "a text without its closing quote at character 14."],
  ["groupName eq 'a''", "a text without its closing quote at character 14."],
  ['groupName eq "a"', "something it cannot have at character 14."],
  ["groupName eq 'a' groupName eq 'b'", "and, or or its end at character 18."],
  ["groupName eq 'a' and", "a parenthesis at character 21."],
  ["groupName eq 'a' and and groupName eq 'b'", "a parenthesis at character 22."],
  ["(groupName eq 'a'", "and, or or a closing parenthesis at character 18."],
  ["groupName eq 'a')", "and, or or its end at character 17."],
  ["()", "a parenthesis at character 2."],
  ["readState eq 'read';drop", "something it cannot have at character 20."],
  ["groupName eq 'ž' ž", "something it cannot have at character 18."],
])("%j is refused by the place of its fault", (text, sentence) => {
  expect(problemOf(text)).toMatchObject({ kind: "invalid" });
  expect(problemOf(text).message).toContain(sentence);
});

describe("bounds", () => {
  const nested = (depth: number): string => `${"(".repeat(depth)}priority eq 'Low'${")".repeat(depth)}`;

  test("thirty-two parentheses in one another are understood, one more is not", () => {
    expect(parseFilter(nested(32))(notificationWith({ priority: "Low" }))).toBe(true);
    expect(problemOf(nested(33)).message).toBe("$filter must have at most 32 parentheses in one another.");
  });

  test("1,024 characters are understood, one more is not", () => {
    const longest = `groupName eq '${"x".repeat(1_009)}'`;
    expect(parseFilter(longest)(notificationWith())).toBe(false);
    expect(problemOf(`${longest} `).message).toBe("$filter must have at most 1024 characters.");
    expect(problemOf("(".repeat(1_000_000)).message).toContain("1024");
  });

  test("the longest texts that nearly are filters are refused at once", () => {
    const startedAt = performance.now();
    const pieces = ["(", "''", "'", " ", "priority eq 'Low' and ", "groupName eq '''' or "];
    for (const piece of pieces) problemOf(piece.repeat(Math.floor(1_024 / piece.length)));
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});
