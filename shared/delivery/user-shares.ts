import { liesElsewhere, type Outcome } from "../channels/outcome.ts";
import type { Begun, End, OriginPace } from "./origin-pace.ts";

/** An origin is given less when it pushes back, or is silent, to so many users without serving anybody between. */
const pressedMost = 2;

type Out = { readonly request: Begun; readonly whose: string };

/**
 * What each user has of one origin's pace. An endpoint is its owner's own choice: one user's devices may be pushed back, or hang, where all
 * others are well, and shall neither take the others' turns nor tell anything of the origin.
 */
export const userShares = (pace: OriginPace) => {
  const outOf = new Map<string, number>();
  const unserved = new Set<string>();

  const leave = ({ request, whose }: Out, how: End, now: number): void => {
    const left = (outOf.get(whose) ?? 1) - 1;
    if (left > 0) outOf.set(whose, left);
    else outOf.delete(whose);
    pace.end(request, how, now);
  };
  const endOf = (outcome: Outcome, whose: string): End => {
    const how = endByOutcome(outcome);
    if (how === "served") unserved.clear();
    if (how !== "pushed-back" && how !== "silent") return how;
    if (unserved.size < pressedMost) unserved.add(whose);
    if (unserved.size >= pressedMost) return how;
    return how === "silent" ? "odd-silence" : "odd-answer";
  };

  return {
    /** A user has no more out than there is room left: one alone has half, a second one a quarter, and there is always room for the next. */
    hasRoomFor: (whose: string, now: number): boolean => (outOf.get(whose) ?? 0) < pace.room(now),
    hasSomeOut: (whose: string): boolean => outOf.has(whose),
    begin: (whose: string, now: number): Begun => {
      outOf.set(whose, (outOf.get(whose) ?? 0) + 1);
      return pace.begin(now);
    },
    /** It was answered, or was not. */
    end: (out: Out, outcome: Outcome, now: number): void => leave(out, endOf(outcome, out.whose), now),
    /** It came to nothing, by a fault of ours. */
    leave: (out: Out, now: number): void => leave(out, "unknown", now),
  };
};

const endByOutcome = (outcome: Outcome): End => {
  if (liesElsewhere(outcome)) return "unknown";
  switch (outcome.kind) {
    case "delivered":
    case "gone":
    case "misconfigured":
      return "served";
    case "rejected":
      return "unknown"; // perhaps by ourselves, before anybody was asked
    case "busy":
      return outcome.origin === "silent" ? "silent" : "pushed-back";
  }
};
