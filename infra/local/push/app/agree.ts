import type { Toast } from "../screens.ts";
import type { Known } from "./known.ts";

type Seen = {
  /** The notifications to look at. */
  readonly ids: Iterable<string>;
  /** What the app knows, by id; whatever it does not know is gone. */
  readonly known: ReadonlyMap<string, Known>;
  readonly screen: readonly Toast[];
  /** The last toast shown before the app asked. Those drawn since may be newer than what it was told: the next pass tells. */
  readonly lastToast: number;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** What has to change for a screen to agree with the feed. */
export type Disagreement = {
  readonly shown: readonly { readonly known: Known; readonly instead: Toast | undefined }[];
  readonly hidden: readonly Toast[];
};

/** Shown is what is wanted and not over, as it is now; hidden is the rest. A toast without an id is nobody's: it stays. */
export const disagreement = ({ ids, known, screen, lastToast, now }: Seen): Disagreement => {
  const looks = [...new Set(ids)].map((id) => ({ known: known.get(id), toast: screen.find((one) => one.id === id) }));
  const settled = looks.filter(({ toast }) => toast === undefined || toast.number <= lastToast);
  return {
    shown: settled.flatMap(({ known: one, toast: instead }) =>
      one && isShown(one, now) && !isAsKnown(instead, one) ? [{ known: one, instead }] : [],
    ),
    hidden: settled.flatMap(({ known: one, toast }) => (toast && !(one && isShown(one, now)) ? [toast] : [])),
  };
};

const isShown = ({ isWanted, displayUntil }: Known, now: number): boolean => isWanted && displayUntil > now;

const isAsKnown = (toast: Toast | undefined, { content, displayUntil }: Known): boolean =>
  toast?.content === content && toast.expires === displayUntil;
