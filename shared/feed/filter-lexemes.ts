import { Problem } from "../problem.ts";

/** A piece of a `$filter`: a word, a text (without its quotes) or a parenthesis, and the index at which it begins. */
export type Lexeme = { readonly kind: "word" | "text" | "mark"; readonly text: string; readonly at: number };

/** Spaces, then one of the three, or nothing more. Each alternative begins with another character, so nothing is tried twice. */
const pattern = /[ \t]*(?:(?<word>[A-Za-z]+)|'(?<text>(?:[^']|'')*)'(?!')|(?<mark>[()])|$)/y;

/** Cuts a `$filter` into pieces. Throws a `Problem` of kind `invalid` where it can be none. */
export const tokenise = (filter: string): Lexeme[] => {
  const lexemes: Lexeme[] = [];
  let position = 0;
  while (position < filter.length) {
    pattern.lastIndex = position;
    const match = pattern.exec(filter);
    if (!match) throw unreadable(filter, position);
    const { word, text, mark } = match.groups ?? {};
    const at = position + match[0].search(/[^ \t]|$/);
    if (word !== undefined) lexemes.push({ kind: "word", text: word, at });
    if (text !== undefined) lexemes.push({ kind: "text", text: text.replaceAll("''", "'"), at });
    if (mark !== undefined) lexemes.push({ kind: "mark", text: mark, at });
    position = pattern.lastIndex;
  }
  return lexemes;
};

const unreadable = (filter: string, position: number): Problem => {
  const at = position + filter.slice(position).search(/[^ \t]/);
  const what = filter.charAt(at) === "'" ? "a text without its closing quote" : "something it cannot have";
  return new Problem("invalid", `$filter has ${what} at character ${at + 1}.`);
};
