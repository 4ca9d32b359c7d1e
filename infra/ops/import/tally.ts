/** Counts what became of the entries of a dump. */
export type Tally = ReturnType<typeof tally>;

export type Reason = {
  readonly reasons: string;
  readonly entries: number;
  /** The first of them. */
  readonly lines: readonly number[];
};

const linesTold = 5;

export const tally = () => {
  const counts = { new: 0, renewed: 0, before: 0, refused: 0 };
  const byReason = new Map<string, { entries: number; readonly lines: number[] }>();
  return {
    /** `before`: by an earlier run of the same import, that was interrupted. */
    imported: (how: "new" | "renewed" | "before"): void => {
      counts[how] += 1;
    },
    refused: (line: number, reasons: readonly string[]): void => {
      counts.refused += 1;
      const text = reasons.join("; ");
      const one = byReason.get(text) ?? { entries: 0, lines: [] };
      one.entries += 1;
      if (one.lines.length < linesTold) one.lines.push(line);
      byReason.set(text, one);
    },
    counts: (): Readonly<typeof counts> => counts,
    done: (): number => counts.new + counts.renewed + counts.before + counts.refused,
    /** The most frequent first. */
    reasons: (): readonly Reason[] =>
      [...byReason]
        .map(([reasons, { entries, lines }]) => ({ reasons, entries, lines }))
        .toSorted((a, b) => b.entries - a.entries),
  };
};
