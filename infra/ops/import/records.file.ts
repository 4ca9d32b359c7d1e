import { createReadStream } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { CsvError, parse } from "csv-parse";
import { exitCodes, Failed } from "../failed.ts";
import { jsonIn } from "../json-in.ts";
import { mustBeFile } from "../must-be-file.file.ts";

/** One record of a file, and its line; in a JSON array which one it is, from 1. A line that is no record has no value. */
export type Found = { readonly line: number; readonly value: unknown };

export type Form = "json" | "jsonl" | "csv" | "xml";

/** What is read whole. Anything longer is to be made lines. */
const arrayBytesMax = 256 * 1024 * 1024;
/** No line of a dump is longer: it is not what it is taken for. */
const lineCharsMax = 1024 * 1024;
/** Nor has it more columns: each record has a member for each of them. */
const columnsMax = 1_000;

/** What a file is, by its first character that says something. Throws `Failed` when there is no such file, or nothing in it. */
export const formOf = async (path: string): Promise<Form> => {
  await mustBeFile(path); // it is read more than once
  const file = await open(path).catch((cause: unknown) => {
    throw new Failed(`${path} cannot be read.`, exitCodes.usage, { cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4_096), 0, 4_096, 0);
    const [first] = buffer
      .toString("utf8", 0, bytesRead)
      .replace(/^\uFEFF/, "")
      .trimStart();
    if (first === undefined) throw new Failed(`${path} is empty.`, exitCodes.usage);
    if (first === "[") return "json";
    if (first === "{") return "jsonl";
    return first === "<" ? "xml" : "csv";
  } catch (cause) {
    if (cause instanceof Failed) throw cause;
    throw new Failed(`${path} cannot be read.`, exitCodes.usage, { cause });
  } finally {
    await file.close();
  }
};

/** The records of a file, one after the other; all but a JSON array are read as they are asked for. Throws `Failed` when it is no such file. */
export const recordsOf = (path: string, form: Form, delimiter = ","): AsyncIterable<Found> => {
  if (form === "json") return arrayItems(path);
  if (form === "csv") return csvRecords(path, delimiter);
  return form === "jsonl" ? jsonLines(path) : plainLines(path);
};

async function* arrayItems(path: string): AsyncGenerator<Found> {
  if ((await stat(path)).size > arrayBytesMax) {
    throw new Failed(
      `${path} is too long for one JSON array: make it JSON lines, such as with jq -c '.[]'.`,
      exitCodes.usage,
    );
  }
  const items = jsonIn((await readFile(path, "utf8")).replace(/^\uFEFF/, ""));
  if (!Array.isArray(items)) throw new Failed(`${path} begins as a JSON array and is none.`, exitCodes.usage);
  let line = 0;
  for (const value of items as unknown[]) yield { line: ++line, value };
}

async function* jsonLines(path: string): AsyncGenerator<Found> {
  for await (const { line, value } of plainLines(path)) yield { line, value: jsonIn(value) };
}

/** Lines end with a line feed alone: what else some take for an end of line may stand in a JSON text. */
async function* plainLines(path: string): AsyncGenerator<Found & { readonly value: string }> {
  let line = 0;
  let rest = "";
  const whole = (text: string) => ({ line: ++line, value: (line === 1 ? text.replace(/^\uFEFF/, "") : text).trim() });
  for await (const chunk of createReadStream(path, "utf8")) {
    const [first = "", ...others] = String(chunk).split("\n");
    rest += first;
    for (const next of others) {
      const one = whole(rest);
      if (one.value !== "") yield one;
      rest = next;
    }
    if (rest.length > lineCharsMax) {
      throw new Failed(`${path} has a line of more than a million characters: it is no dump.`, exitCodes.usage);
    }
  }
  const last = whole(rest);
  if (last.value !== "") yield last;
}

/**
 * Records by the names in the first line. A file that breaks off within quotes is no CSV from there on, and nobody could say which rows it has:
 * that is told before anything is done.
 */
async function* csvRecords(path: string, delimiter: string): AsyncGenerator<Found> {
  const rows = createReadStream(path).pipe(
    parse({
      bom: true,
      info: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      max_record_size: lineCharsMax,
    }),
  );
  try {
    let heads: readonly string[] | undefined;
    for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (record.length > columnsMax)
        throw new Failed(`${path} has a line of more than a thousand columns: it is no dump.`, exitCodes.usage);
      if (!heads) heads = record.map((head) => head.trim());
      else yield { line: info.lines, value: named(heads, record) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new Failed(`${path} is no CSV from line ${String(error.lines)} on (${error.code}).`, exitCodes.usage);
  }
}

const named = (heads: readonly string[], record: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(heads.flatMap((head, index) => [[head, record[index] ?? ""]]));
