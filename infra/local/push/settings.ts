import { CannotStart } from "../cannot-start.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How many received pushes a push service keeps: `FANFARE_RECEIVED_KEPT`, 10,000 by default; a bench needs as many as it sends.
 * Throws `CannotStart` when it is not a whole number.
 */
export const receivedKept = (env: Environment = process.env): number => {
  const text = env.FANFARE_RECEIVED_KEPT?.trim();
  if (text === undefined || text === "") return 10_000;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CannotStart("FANFARE_RECEIVED_KEPT must be a whole number of pushes, at least 1.");
};

/** Whether what devices receive is printed: always, unless `FANFARE_PUSH_PRINT=0` (a bench would drown in it). */
export const printsPushes = (env: Environment = process.env): boolean => env.FANFARE_PUSH_PRINT !== "0";
