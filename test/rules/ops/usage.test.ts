import type { Argument, Option } from "commander";
import { expect, test } from "vitest";
import { newPublicKey } from "../../contracts/ops/dumps.ts";
import { command } from "../../contracts/ops/operator.ts";
import { quotedOps, refusalsIn } from "../docs/quoted-ops.ts";
import { groups, leaves, type Leaf } from "../../support/ops-commands.ts";

/** Where nothing runs: what is refused only later would be refused for that, with another exit code. */
const env = { FANFARE_DATA_DIR: "/nowhere" };
const guid = "019f3c2a-7d10-7b62-9c55-0d6f3a1b8e42";

/** What arguments and mandatory options take, by what commands call them. */
const samples: Readonly<Record<string, string>> = {
  sequence: "1",
  id: guid,
  keyId: "k1",
  hostName: "app.contoso.com",
  what: "app.contoso.com",
  objectId: guid,
  file: "package.json", // one that can be read
  "--tenant": guid,
  "--app": "app.contoso.com",
  "--vapid-public-key": newPublicKey(),
};
/** An unset variable of a script's, and what was never meant to be there. */
const nonsense = ["", "no such: @ thing! ".repeat(20)];

/** What is piped into those that take it: keys k0 and k1. */
const dataKeys = ["k0", "k1"].map((id) => `${id}:${Buffer.alloc(32).toString("base64")}`).join(",");
/** Commands about keys that look at no Fanfare. */
const needNone = new Set(["new", "turn", "ids"]);

/** What else a command wants to be said, though no argument and no option must be there. */
const more: Readonly<Record<string, readonly string[]>> = {
  "apps set": ["--sender", guid],
  "dead-letters replay": ["--all"],
  "dead-letters discard": ["--all"],
  "import web-push": ["--user-is-object-id", "--dry-run"],
  "import notification-hubs": ["--user-is-object-id", "--dry-run"],
};

const sampleOf = (name: string): string => samples[name] ?? "any-text";
const neededArguments = ({ command: { registeredArguments } }: Leaf): readonly Argument[] =>
  registeredArguments.filter(({ required }) => required);
const neededOptions = ({ command: { options } }: Leaf): readonly Option[] =>
  options.filter(({ mandatory }) => mandatory);
const flagOf = ({ long, short }: Option): string => long ?? short ?? "";
const withOptions = (leaf: Leaf): readonly string[] =>
  neededOptions(leaf).flatMap((option) => [flagOf(option), sampleOf(flagOf(option))]);
/** Nothing is wrong with it, as far as its words go. */
const whole = (leaf: Leaf): readonly string[] => [
  ...leaf.words,
  ...neededArguments(leaf).map((argument) => sampleOf(argument.name())),
  ...withOptions(leaf),
  ...(more[leaf.words.join(" ")] ?? []),
  ...(leaf.command.options.some(({ long }) => long === "--yes") ? ["--yes"] : []),
];

const isVariadic = ({ command: { registeredArguments } }: Leaf): boolean =>
  registeredArguments.some(({ variadic }) => variadic);
const optionalArguments = ({ command: { registeredArguments } }: Leaf): number =>
  registeredArguments.filter(({ required }) => !required).length;
/** Whether a value is looked at when it is given; a path, say, takes any text. */
const isJudged = ({ parseArg, argChoices }: Pick<Option | Argument, "parseArg" | "argChoices">): boolean =>
  parseArg !== undefined || argChoices !== undefined;

const wrongUses = (leaf: Leaf): readonly (readonly string[])[] => {
  const { command: its, words } = leaf;
  const needed = neededArguments(leaf);
  return [
    [...whole(leaf), "--no-such-option"],
    ...(needed.length > 0 ? [[...words, ...withOptions(leaf)]] : []),
    ...neededOptions(leaf).map((left) => {
      const others = neededOptions(leaf).filter((option) => option !== left);
      const given = others.flatMap((option) => [flagOf(option), sampleOf(flagOf(option))]);
      return [...words, ...needed.map((argument) => sampleOf(argument.name())), ...given];
    }),
    ...(isVariadic(leaf)
      ? []
      : [[...whole(leaf), ...Array.from({ length: optionalArguments(leaf) + 1 }, () => "surplus")]]),
    ...its.options.filter(({ required }) => required).map((option) => [...whole(leaf), flagOf(option)]),
    ...its.registeredArguments.flatMap((argument, index) =>
      isJudged(argument)
        ? nonsense.map((value) => [
            ...words,
            ...needed.slice(0, index).map((before) => sampleOf(before.name())),
            value,
            ...needed.slice(index + 1).map((after) => sampleOf(after.name())),
            ...withOptions(leaf),
          ])
        : [],
    ),
    ...its.options
      .filter(isJudged)
      .flatMap((option) => nonsense.map((value) => [...whole(leaf), flagOf(option), value])),
  ];
};

const asRow = (args: readonly string[]) => ({ args, line: args.join(" ").slice(0, 120) });
const rows = [
  ...leaves().flatMap(wrongUses),
  ...groups().flatMap((words) => [
    [...words, "no-such-command"],
    [...words, "--no-such-option"],
  ]),
].map(asRow);

test.each(rows)("“$line” is wrong usage: 64, told in a sentence, with nothing on stdout", async ({ args }) => {
  const { code, stdout, stderr } = await command(args, { env });
  expect({ code, stdout }, stderr).toEqual({ code: 64, stdout: "" });
  // A suggestion may stand on a line of its own.
  expect(stderr).toMatch(/^error: [^\n]+\n(\(Did you mean [^\n]+\n)?$/);
});

test.each(leaves().map((leaf) => asRow(whole(leaf))))(
  "“$line”, of which nothing was wrong, goes on to look for a Fanfare",
  async ({ args }) => {
    const { code, stderr } = await command(args, { env, stdin: dataKeys });
    if (args[0] === "keys" && needNone.has(args[1] ?? "")) expect(code, stderr).toBe(0);
    else
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^No Fanfare runs on \/nowhere\./) });
  },
);

test("every command's help has an example that calls it, and every example would be taken", async () => {
  const all = [...groups(), ...leaves().map(({ words }) => words)];
  const helps = await Promise.all(all.map((words) => command([...words, "--help"], { env })));
  const lines = helps.flatMap(({ stdout }) => stdout.replaceAll(/ \\\n +/g, " ").split("\n"));
  const examples = lines.filter((line) => line.startsWith("  npm run "));
  expect(examples.length).toBeGreaterThan(50);
  expect(await refusalsIn(examples.join("\n"))).toEqual([]);

  const withoutOwn = all.filter((words, index) => {
    const text = (helps[index]?.stdout ?? "").replace(/^Usage: .*/, "");
    const calls = quotedOps(text).map(({ args }) => args.slice(0, words.length).join(" "));
    return words.length > 0 && !calls.includes(words.join(" "));
  });
  expect(withoutOwn.map((words) => words.join(" "))).toEqual([]);
});
