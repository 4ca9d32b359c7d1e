import type { Outcome } from "../channels/outcome.ts";
import type { Emit } from "../telemetry/events.ts";
import { pruningGuard } from "./pruning-guard.ts";

type Answer = { readonly outcome: Outcome; readonly whose: string; readonly now: number; readonly emit: Emit };

/**
 * Of one credential, whether what ends a subscription (`gone`) or a delivery (`rejected`, when the credential may be why) is believed: each
 * is watched by itself. Gives the outcome, or what it is taken for while the credential is in doubt; emits when that begins and ends.
 */
export const beliefIn = (credential: string, shareMaxPercent: number) => {
  const guards = { gone: pruningGuard(shareMaxPercent), refused: pruningGuard(shareMaxPercent) };
  return ({ outcome, whose, now, emit }: Answer): Outcome => {
    if (outcome.kind === "busy" || outcome.kind === "misconfigured") return outcome; // tells nothing of a device
    const judged = {
      gone: guards.gone(now, outcome.kind === "gone", whose),
      refused: guards.refused(now, isRefused(outcome), whose),
    };
    for (const answer of ["gone", "refused"] as const) {
      const { change, sharePercent } = judged[answer];
      if (change) emit({ event: `pruning-${change}`, credential, answer, sharePercent });
    }
    // The origin has answered, and that has been learnt already; here `failing` is for the record only.
    if (outcome.kind === "gone" && !judged.gone.isBelieved)
      return { kind: "busy", origin: "failing", reason: "gone, which is not believed" };
    if (outcome.kind === "rejected" && isRefused(outcome) && !judged.refused.isBelieved)
      return { kind: "misconfigured", reason: `${outcome.reason} at many devices: ${isItTheirs(credential)}` };
    return outcome;
  };
};

const isItTheirs = (credential: string): string =>
  `is the credential ${credential} the one that these apps and browsers registered with?`;

const isRefused = (outcome: Outcome): boolean => outcome.kind === "rejected" && outcome.doubtsCredential === true;
