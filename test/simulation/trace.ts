/** Names in a trace stand for what they name: ids, hashes and UNSIDs are long, and no two of them look different at a glance. */
export type Trace = {
  /** From now on a line shows this text by that name. */
  readonly name: (text: string, name: string) => void;
  readonly line: (who: string, what: string) => void;
  readonly lines: readonly string[];
};

/** Notes one line for each thing that happens; or nothing at all, which is faster. */
export const traceFrom = (isKept: boolean, sinceStartMs: () => number): Trace => {
  const names = new Map<string, string>();
  const lines: string[] = [];
  return {
    lines,
    name: (text, name) => {
      if (isKept) names.set(text, name);
    },
    line: (who, what) => {
      if (!isKept) return;
      const seconds = (sinceStartMs() / 1_000).toFixed(3).padStart(10);
      const shown = what.replace(nameable, (text) => names.get(text) ?? text.slice(0, 8));
      lines.push(`${seconds} s  ${who.padEnd(10)} ${shown}`);
    },
  };
};

/** UUIDs, and hashes and UNSIDs in base64url. */
const nameable = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w-]{43}/g;
