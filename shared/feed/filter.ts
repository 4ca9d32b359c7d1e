import { priorities, readStates, userActionStates, type Notification } from "../notification/notification.ts";
import { Problem } from "../problem.ts";
import { tokenise, type Lexeme } from "./filter-lexemes.ts";

/** What a list's `$filter` asks of each notification. */
export type Filter = (notification: Notification) => boolean;

/** Longer or deeper is nothing a client means, and costs. */
const lengthMax = 1_024;
const depthMax = 32;

/**
 * Understands a `$filter` (OData 4.01, part 2, section 5.1.1, as far as contract 4 has it): `readState`, `userActionState`,
 * `groupName` and `priority` compared by `eq` or `ne` with a text in single quotes (`''` is a quote in it), `groupName` also with
 * `null`; `and` before `or`; parentheses. Everything without case but the name of a group.
 * Throws a `Problem` of kind `invalid` that says what is wrong and where.
 */
export const parseFilter = (text: string): Filter => {
  if (text.length > lengthMax) throw new Problem("invalid", `$filter must have at most ${lengthMax} characters.`);
  const reader = readerOf(tokenise(text), text.length);
  const filter = alternatives(reader, 0);
  if (reader.peek() !== undefined) throw reader.expected("and, or or its end");
  return filter;
};

/** Goes through the lexemes one by one, and knows where it is. */
const readerOf = (lexemes: readonly Lexeme[], length: number) => {
  let next = 0;
  const peek = (): Lexeme | undefined => lexemes[next];
  return {
    peek,
    expected: (what: string): Problem =>
      new Problem("invalid", `$filter must have ${what} at character ${(peek()?.at ?? length) + 1}.`),
    /** Takes the next lexeme if `read` makes something of it. */
    take: <T>(read: (lexeme: Lexeme) => T | undefined): T | undefined => {
      const lexeme = peek();
      const made = lexeme && read(lexeme);
      if (made !== undefined) next += 1;
      return made;
    },
  };
};
type Reader = ReturnType<typeof readerOf>;

const alternatives = (reader: Reader, depth: number): Filter => {
  const filters = [conditions(reader, depth)];
  while (reader.take(word("or"))) filters.push(conditions(reader, depth));
  return (notification) => filters.some((filter) => filter(notification));
};

const conditions = (reader: Reader, depth: number): Filter => {
  const filters = [condition(reader, depth)];
  while (reader.take(word("and"))) filters.push(condition(reader, depth));
  return (notification) => filters.every((filter) => filter(notification));
};

const condition = (reader: Reader, depth: number): Filter => {
  if (!reader.take(mark("("))) return comparison(reader);
  if (depth === depthMax)
    throw new Problem("invalid", `$filter must have at most ${depthMax} parentheses in one another.`);
  const filter = alternatives(reader, depth + 1);
  if (!reader.take(mark(")"))) throw reader.expected("and, or or a closing parenthesis");
  return filter;
};

const comparison = (reader: Reader): Filter => {
  const property = reader.take((lexeme) => properties.find(({ name }) => word(name)(lexeme)));
  if (!property) throw reader.expected(`one of ${listed(properties.map(({ name }) => name))} or a parenthesis`);
  const operator = reader.take((lexeme) => operators.find((name) => word(name)(lexeme)));
  if (!operator) throw reader.expected("eq or ne");
  const { name, read, allowed } = property;
  const wanted = reader.take((lexeme) => {
    const value = read(lexeme);
    return value === undefined ? undefined : { value };
  });
  if (!wanted) throw reader.expected(`${allowed} to compare ${name} with`);
  return (notification) => (notification[name] === wanted.value) === (operator === "eq");
};

const operators = ["eq", "ne"] as const;

type Property = {
  readonly name: "readState" | "userActionState" | "groupName" | "priority";
  /** The value that a lexeme stands for; undefined when it is none of this property. */
  readonly read: (lexeme: Lexeme) => string | null | undefined;
  /** What may stand there, for people. */
  readonly allowed: string;
};

const listed = (words: readonly string[]): string => words.join(", ");

const oneOf = (name: Property["name"], values: readonly string[]): Property => ({
  name,
  read: ({ kind, text }) =>
    kind === "text" ? values.find((value) => value.toLowerCase() === text.toLowerCase()) : undefined,
  allowed: `one of ${listed(values.map((value) => `'${value}'`))}`,
});

const properties: readonly Property[] = [
  oneOf("readState", readStates),
  oneOf("userActionState", userActionStates),
  oneOf("priority", priorities),
  {
    name: "groupName",
    read: (lexeme) => (word("null")(lexeme) ? null : lexeme.kind === "text" ? lexeme.text : undefined),
    allowed: "a text in single quotes or null",
  },
];

const word =
  (expected: string) =>
  ({ kind, text }: Lexeme): true | undefined =>
    (kind === "word" && text.toLowerCase() === expected.toLowerCase()) || undefined;

const mark =
  (expected: string) =>
  ({ kind, text }: Lexeme): true | undefined =>
    (kind === "mark" && text === expected) || undefined;
