/**
 * Results go to stdout, everything else to stderr, so that `npm run -s ops -- … --json | jq` works whatever happens. What a command
 * prints is either JSON, one document or a line for each item, or text for people; never both.
 */
export type Output = {
  /** A value as one line of JSON. */
  readonly json: (value: unknown) => void;
  /** One JSON document whose text, all of it printing characters, is too long to be in memory twice. */
  readonly pieces: (pieces: readonly string[]) => void;
  /** Lines for people. */
  readonly text: (text: string) => void;
  /** A sentence beside the results: what was done, what is wrong. */
  readonly note: (sentence: string) => void;
  /** How far long work is. The next one takes its place on a terminal; elsewhere one is printed every few seconds. */
  readonly progress: (sentence: string) => void;
};

type Stream = { readonly write: (text: string) => unknown; readonly isTTY?: boolean };

/** Control and format characters, 8-bit ones and those that turn the direction of writing too: they could drive the operator's terminal. */
const driving = /\p{Cc}|\p{Cf}/gu;
const harmless = (text: string): string => text.replaceAll(driving, (one) => (one === "\n" ? one : " "));
/** Likewise for a value that somebody wrote: it begins no line of its own either. */
export const printable = (value: string): string => value.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ");
/** JSON escapes the 7-bit ones by itself; the others stand in texts only, where an escape means the same. For JSON that goes into a file, too. */
export const escaped = (json: string): string =>
  json.replaceAll(driving, (one) =>
    one
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );

const progressEveryMs = 5_000;
const startOfLine = "\r\u001b[K";

export const outputTo = (stdout: Stream, stderr: Stream, now: () => number = () => performance.now()): Output => {
  let isLineOpen = false;
  let nextProgressAt = now() + progressEveryMs; // short work needs none
  const cleared = (): string => {
    const before = isLineOpen ? startOfLine : "";
    isLineOpen = false;
    return before;
  };
  const result = (text: string): void => {
    if (isLineOpen) stderr.write(cleared());
    stdout.write(`${text}\n`);
  };
  return {
    pieces: (pieces) => {
      if (isLineOpen) stderr.write(cleared());
      for (const piece of [...pieces, "\n"]) stdout.write(piece);
    },
    json: (value) => result(escaped(JSON.stringify(value))),
    text: (text) => result(harmless(text)),
    note: (sentence) => void stderr.write(`${cleared()}${harmless(sentence)}\n`),
    progress: (sentence) => {
      if (stderr.isTTY === true) {
        stderr.write(`${startOfLine}${printable(sentence)}`);
        isLineOpen = true;
      } else if (now() >= nextProgressAt) {
        stderr.write(`${printable(sentence)}\n`);
        nextProgressAt = now() + progressEveryMs;
      }
    },
  };
};
