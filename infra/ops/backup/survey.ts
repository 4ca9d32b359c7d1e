import { dataCipher, keyIdOf, type DataKey } from "../../../shared/data-keys.ts";
import { sealedColumns, sealedPlaceOf } from "../../../shared/subscription/subscription-row.ts";
import type { Judged } from "./judge.ts";
import { noCounts, type Counts, type Kept } from "./records.ts";

/** What is wanted of a backup, and what is not. */
export type Survey = {
  readonly wanted: Counts;
  readonly ended: number;
  readonly leftOut: number;
  readonly refused: number;
  /** The first of these, with their lines. */
  readonly reasons: readonly { readonly line: number; readonly reason: string }[];
  /** Wanted subscriptions that do not open with DATA_KEYS, by the id of the key that sealed them; where DATA_KEYS is not at hand, all. */
  readonly unopened: Readonly<Record<string, number>>;
};

const reasonsMost = 10;

/** Counts what was judged. */
export const survey = (keys: readonly [DataKey, ...DataKey[]] | undefined) => {
  const cipher = keys && dataCipher(keys);
  let wanted = noCounts;
  let ended = 0;
  let leftOut = 0;
  let refused = 0;
  const reasons: { line: number; reason: string }[] = [];
  const unopened: Record<string, number> = {};

  const opens = (sealed: string, place: string): boolean => {
    try {
      return cipher?.open(sealed, place) !== undefined;
    } catch {
      return false;
    }
  };
  const look = ({ row }: Kept): void => {
    const place = sealedPlaceOf({ ...row, etag: "" });
    const ids = sealedColumns.flatMap((column) => {
      const value = row[column];
      return typeof value !== "string" || opens(value, place) ? [] : [keyIdOf(value) ?? "no key"];
    });
    for (const id of new Set(ids)) unopened[id] = (unopened[id] ?? 0) + 1;
  };

  return {
    add: (line: number, judged: Judged): void => {
      switch (judged.kind) {
        case "ended":
          ended += 1;
          return;
        case "left out":
          leftOut += 1;
          return;
        case "refused":
          refused += 1;
          if (reasons.length < reasonsMost) reasons.push({ line, reason: judged.reason });
          return;
        case "wanted": {
          const { kept } = judged;
          wanted = { ...wanted, [kept.kind]: wanted[kept.kind] + 1 };
          if (kept.kind === "subscription") look(kept);
        }
      }
    },
    found: (): Survey => ({ wanted, ended, leftOut, refused, reasons, unopened }),
  };
};
