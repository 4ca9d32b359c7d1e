import { createHash } from "node:crypto";
import * as z from "zod";
import { parseInstant, printInstant } from "../../../shared/notification/instant.ts";
import { exitCodes, Failed } from "../failed.ts";
import { jsonIn } from "../json-in.ts";
import {
  formatNumber,
  headingText,
  keptOf,
  keptText,
  noCounts,
  type Counts,
  type Heading,
  type Kept,
} from "./records.ts";

/** How a backup ends. */
export type Ending = { readonly counts: Counts; readonly sha256: string };

/**
 * The lines of a backup, each with its line feed. Every line ends with a `check`, which is of the line and of the one before it, so that the
 * first line that is not as it was written can be named; the last has the SHA-256 of all bytes before it, which tools of any time can make.
 * They tell damage, not malice: whoever can write the file can make both anew. `now` is asked for the end; `ended` is told of it.
 */
export async function* backupLines(
  heading: Heading,
  all: AsyncIterable<Kept>,
  { now, ended }: { readonly now: () => number; readonly ended: (ending: Ending) => void },
): AsyncGenerator<string> {
  const chain = newChain();
  yield chain.line(headingText(heading));
  let counts = noCounts;
  for await (const kept of all) {
    counts = { ...counts, [kept.kind]: counts[kept.kind] + 1 };
    yield chain.line(keptText(kept));
  }
  const ending = { counts, sha256: chain.sha256() };
  yield chain.line(JSON.stringify({ kind: "end", endedDateTime: printInstant(now()), ...ending }));
  ended(ending);
}

/** What a line of a backup says. A record that is whole, and no row of ours, is undefined: another version's. */
export type Said =
  | { readonly kind: "heading"; readonly heading: Heading }
  | { readonly kind: "kept"; readonly line: number; readonly kept: Kept | undefined }
  | { readonly kind: "ending"; readonly ending: Ending };

/** Reads lines. Throws `Failed`, naming the line, at the first that is not as it was written, and at the end when that is missing. */
export async function* saidIn(path: string, lines: AsyncIterable<string>): AsyncGenerator<Said> {
  const chain = newChain();
  const no = (sentence: string): Failed => new Failed(`${path} ${sentence}`, exitCodes.usage);
  let number = 0;
  let counts = noCounts;
  let hasEnded = false;
  for await (const line of lines) {
    number += 1;
    if (hasEnded) throw no(`goes on after its end, in line ${number}.`);
    const sha256 = chain.sha256();
    const json = objectIn(chain.checked(line));
    if (number === 1) yield { kind: "heading", heading: headingIn(json, no) };
    else if (json === undefined) throw no(`is not as it was written in line ${number}, or lacks one before it.`);
    else if (json.kind === "end") {
      const ending = endingSchema.safeParse(json).data;
      const isWhole = ending?.sha256 === sha256 && JSON.stringify(ending.counts) === JSON.stringify(counts);
      if (!isWhole) throw no(`does not hold what its end says, in line ${number}.`);
      hasEnded = true;
      yield { kind: "ending", ending };
    } else {
      // Counted as it was written, whether its row can be read here or not.
      if (isCounted(json.kind)) counts = { ...counts, [json.kind]: counts[json.kind] + 1 };
      yield { kind: "kept", line: number, kept: keptOf(json) };
    }
  }
  if (number === 0) throw no("is empty.");
  if (!hasEnded) throw no(`breaks off after line ${number}: it has no end.`);
}

const isCounted = (kind: unknown): kind is Kept["kind"] => typeof kind === "string" && Object.hasOwn(noCounts, kind);

const headingIn = (json: unknown, no: (sentence: string) => Failed): Heading => {
  const { kind, format, beganDateTime, from } = headingSchema.safeParse(json).data ?? {};
  if (kind === undefined) throw no("is no backup of Fanfare, or not as it was written in line 1.");
  if (format !== formatNumber) throw no(`is of format ${String(format)}, which another version wrote.`);
  const beganAt = parseInstant(beganDateTime ?? "");
  if (beganAt === undefined || from === undefined) throw no("does not say in line 1 when and where it was made.");
  return { from, beganAt };
};
const headingSchema = z.object({
  kind: z.literal("fanfare-backup"),
  format: z.number(),
  beganDateTime: z.string(),
  from: z.string(),
});
const endingSchema = z.object({
  counts: z.object({ app: z.number(), block: z.number(), subscription: z.number() }),
  sha256: z.string(),
});

const newChain = () => {
  const whole = createHash("sha256");
  let last = "";
  const next = (text: string): string => {
    last = createHash("sha256").update(last).update(text).digest("hex").slice(0, 16);
    return last;
  };
  const withCheck = (text: string): string => `${text.slice(0, -1)},"check":"${next(text)}"}\n`;
  const passed = (line: string): string => {
    whole.update(line);
    return line;
  };
  return {
    /** A text of JSON, an object's, as a line. */
    line: (text: string): string => passed(withCheck(text)),
    /** The text of a line, if it is as that made it and follows the one before. */
    checked: (line: string): string | undefined => {
      const text = line.replace(/,"check":"[\da-f]{16}"\}$/, "}");
      return passed(withCheck(text)) === `${line}\n` ? text : undefined;
    },
    /** Of all lines so far. */
    sha256: (): string => whole.copy().digest("hex"),
  };
};

const objectIn = (text: string | undefined): Record<string, unknown> | undefined => {
  const json = text === undefined ? undefined : jsonIn(text);
  return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : undefined;
};
