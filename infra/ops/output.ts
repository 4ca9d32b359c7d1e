/**
 * Results go to stdout, everything else to stderr, so that `npm run -s ops -- … --json | jq` works whatever happens. What a command
 * prints is either JSON, one document or a line for each item, or text for people; never both.
 */
export type Output = {
  /** A value as one line of JSON. */
  readonly json: (value: unknown) => void;
  /** Lines for people. */
  readonly text: (text: string) => void;
  /** A sentence beside the results: what was done, what is wrong. */
  readonly note: (sentence: string) => void;
  /** How far long work is. The next one takes its place on a terminal; elsewhere one is printed every few seconds. */
  readonly progress: (sentence: string) => void;
};

type Stream = { readonly write: (text: string) => unknown; readonly isTTY?: boolean };

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
    json: (value) => result(JSON.stringify(value)),
    text: result,
    note: (sentence) => void stderr.write(`${cleared()}${sentence}\n`),
    progress: (sentence) => {
      if (stderr.isTTY === true) {
        stderr.write(`${startOfLine}${sentence}`);
        isLineOpen = true;
      } else if (now() >= nextProgressAt) {
        stderr.write(`${sentence}\n`);
        nextProgressAt = now() + progressEveryMs;
      }
    },
  };
};
