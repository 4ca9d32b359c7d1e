import { sentenceOf } from "../sentence.ts";
import { unknown, type Check, type Finding, type Patient } from "./check.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A finding, and the check it is of. */
export type Found = Finding & { readonly check: string };

type Options = {
  readonly stop: AbortSignal;
  /** For each check; 10,000 milliseconds by default. They run at the same time, so for all of them together. */
  readonly withinMs?: number;
};

/** Runs the checks together and resolves to what they found, in their order. One that hangs or throws holds no other. Rejects only by `stop`. */
export const examine = async (
  patient: Patient,
  checks: readonly Check[],
  { stop, withinMs = 10_000 }: Options,
): Promise<readonly Found[]> => {
  const found = await Promise.all(
    checks.map(async (check) => {
      const findings = await inTime(check, patient, { stop, withinMs });
      return findings.map((finding) => ({ check: check.name, ...finding }));
    }),
  );
  stop.throwIfAborted();
  return found.flat();
};

const inTime = async (
  check: Check,
  patient: Patient,
  { stop, withinMs }: Required<Options>,
): Promise<readonly Finding[]> => {
  const end = firstSignal([stop, AbortSignal.timeout(withinMs)]);
  // A library that does not heed the signal is left behind.
  const over = new Promise<readonly Finding[]>((resolve) => {
    end.addEventListener("abort", () => resolve([unknown(`It did not answer within ${withinMs / 1_000} s.`)]));
  });
  const looked = check.look(patient, end).catch((error: unknown) => [unknown(sentenceOf(error))]);
  return Promise.race([looked, over]);
};
