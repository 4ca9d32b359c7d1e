import { escaped } from "../output.ts";

type Options = {
  /** Indented by two spaces; else it is one line. */
  readonly isIndented: boolean;
};

/**
 * The JSON text of a value in large pieces, in order, so that a long one need not be in memory whole: an async iterable in it becomes an
 * array, as deep as it lies in objects and in other async iterables. Of printing characters alone. Throws what the iterables throw.
 */
export async function* jsonText(value: unknown, { isIndented }: Options): AsyncGenerator<string> {
  const line = (depth: number): string => (isIndented ? `\n${"  ".repeat(depth)}` : "");
  let piece = "";
  for await (const part of partsOf(value, { line, indent: isIndented ? 2 : 0, depth: 0 })) {
    piece += part;
    if (piece.length < pieceCharacters) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

const pieceCharacters = 65_536;

type Place = { readonly line: (depth: number) => string; readonly indent: number; readonly depth: number };

async function* partsOf(value: unknown, { line, indent, depth }: Place): AsyncGenerator<string> {
  const within = { line, indent, depth: depth + 1 };
  if (isStream(value)) {
    let count = 0;
    for await (const item of value) {
      yield `${count === 0 ? "[" : ","}${line(depth + 1)}`;
      yield* partsOf(item, within);
      count += 1;
    }
    yield count === 0 ? "[]" : `${line(depth)}]`;
    return;
  }
  if (!hasStreams(value)) {
    yield JSON.stringify(value, undefined, indent).split("\n").map(escaped).join(line(depth));
    return;
  }
  let isFirst = true;
  for (const [name, member] of Object.entries(value)) {
    yield `${isFirst ? "{" : ","}${line(depth + 1)}${escaped(JSON.stringify(name))}:${indent === 0 ? "" : " "}`;
    yield* partsOf(member, within);
    isFirst = false;
  }
  yield `${line(depth)}}`;
}

const isStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;

const hasStreams = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).some(isStream);
