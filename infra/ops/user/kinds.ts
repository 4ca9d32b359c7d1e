/** What is kept of a person, as an operator calls it, by the first letter of the row's key in the table `feeds` (`shared/feed/rows.ts`). */
const kinds: Readonly<Record<string, string>> = {
  a: "aliases",
  c: "changes",
  f: "fetch marks",
  h: "heads",
  k: "idempotency keys",
  n: "notifications",
  s: "subscriptions",
};

export const kindOf = (rowKey: string): string => kinds[rowKey.slice(0, 1)] ?? "other rows";

/** Numbers of things by what they are. */
export type Counts = Readonly<Record<string, number>>;

export const tally = () => {
  const counts: Record<string, number> = {};
  return {
    add: (what: string, by = 1): void => {
      if (by > 0) counts[what] = (counts[what] ?? 0) + by;
    },
    counts: (): Counts => ({ ...counts }),
    total: (): number => Object.values(counts).reduce((sum, count) => sum + count, 0),
  };
};
export type Tally = ReturnType<typeof tally>;

/** `notifications: 2, subscriptions: 1`; "nothing" for nothing. */
export const inWords = (counts: Counts): string =>
  Object.entries(counts)
    .map(([what, count]) => `${what}: ${count}`)
    .join(", ") || "nothing";
