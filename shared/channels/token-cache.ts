import { milliseconds, type Clock } from "../clock.ts";
import { busyFor, type Outcome } from "./outcome.ts";

/** Why there is no token: an outcome like any other, for the attempt that needs it ends so. */
export type NoToken = Extract<Outcome, { readonly kind: "busy" | "misconfigured" }>;
/** What a token endpoint answered. */
export type TokenAnswer = { readonly kind: "token"; readonly token: string; readonly lifeSeconds: number } | NoToken;
/** Asks once, for a credential that stands in this setting. Throws only for a bug of ours. */
export type AskForToken<Credential> = (setting: string, credential: Credential) => Promise<TokenAnswer>;

type Asking = {
  /** Gives up waiting, which is then `busy`; the request itself goes on, for the others that wait for it. */
  readonly signal?: AbortSignal | undefined;
  /** The token that the vendor has just refused: another is wanted. */
  readonly refused?: string | undefined;
};

/** OAuth access tokens (RFC 6749), one for each credential. */
export type AccessTokens<Credential> = {
  /**
   * A token to send with now. Everybody who needs one meanwhile waits for the same request. It is renewed a little before its end, and
   * still used to its end where that fails. It is the `refused` one again when that one took a refused one's place less than a minute ago:
   * asking once more would bring nothing, so the attempt is to end there.
   */
  readonly tokenFor: (
    setting: string,
    credential: Credential,
    asking?: Asking,
  ) => Promise<{ readonly kind: "token"; readonly token: string } | NoToken>;
};

type Held = {
  readonly kind: "token";
  readonly token: string;
  readonly since: number;
  readonly renewAt: number;
  readonly endsAt: number;
  /** It took the place of one that was refused. */
  readonly isSecondTry: boolean;
};
type Entry<Credential> = {
  readonly credential: Credential;
  held?: Held | undefined;
  failed?: { readonly answer: NoToken; readonly inARow: number; readonly until: number } | undefined;
  request?: Promise<Held | NoToken> | undefined;
};

const secondTryEveryMs = milliseconds.minute;
const renewAheadMostMs = 5 * milliseconds.minute;
/** After a failure nobody asks again for a second, then two, four … up to a minute: thousands of deliveries want the same token. */
const pauseFirstMs = milliseconds.second;
const pauseMostMs = milliseconds.minute;
/** However long the endpoint wants to be left alone. */
const wishMostMs = milliseconds.hour;

/** Tokens kept in this process: each instance has its own, which no vendor minds. */
export const tokenCache = <Credential>({
  clock,
  ask,
}: {
  readonly clock: Clock;
  readonly ask: AskForToken<Credential>;
}): AccessTokens<Credential> => {
  const entries = new Map<string, Entry<Credential>>();
  const entryOf = (setting: string, credential: Credential): Entry<Credential> => {
    const known = entries.get(setting);
    if (known?.credential === credential) return known;
    const entry = { credential };
    entries.set(setting, entry);
    return entry;
  };

  const request = async (setting: string, entry: Entry<Credential>, isSecondTry: boolean): Promise<Held | NoToken> => {
    try {
      const since = clock.now(); // before asking: a token's life may begin when the request arrives
      const answer = await ask(setting, entry.credential);
      if (answer.kind === "token") {
        entry.failed = undefined;
        entry.held = heldFrom(answer, since, isSecondTry);
        return entry.held;
      }
      const inARow = (entry.failed?.inARow ?? 0) + 1;
      const now = clock.now();
      entry.failed = { answer, inARow, until: now + pauseMsAfter(answer, inARow) };
      return toldUntil(entry.failed.until, answer, now);
    } finally {
      entry.request = undefined;
    }
  };

  const renewed = (setting: string, entry: Entry<Credential>, isSecondTry: boolean): Promise<Held | NoToken> => {
    const { failed } = entry;
    const now = clock.now();
    if (!entry.request && failed && now < failed.until)
      return Promise.resolve(toldUntil(failed.until, failed.answer, now));
    entry.request ??= request(setting, entry, isSecondTry);
    return entry.request;
  };

  return {
    tokenFor: async (setting, credential, { signal, refused } = {}) => {
      const entry = entryOf(setting, credential);
      const isRefused = entry.held !== undefined && entry.held.token === refused;
      if (isRefused && entry.held?.isSecondTry && clock.now() - entry.held.since < secondTryEveryMs) return entry.held;
      if (isRefused) entry.held = undefined;
      const { held } = entry;
      if (held && clock.now() < held.renewAt) return held;
      const answer = await unlessAborted(renewed(setting, entry, isRefused), signal);
      return answer.kind !== "token" && held && clock.now() < held.endsAt ? held : answer;
    },
  };
};

const heldFrom = (
  { token, lifeSeconds }: Extract<TokenAnswer, { readonly kind: "token" }>,
  since: number,
  isSecondTry: boolean,
): Held => {
  const lifeMs = lifeSeconds * 1_000;
  const endsAt = since + lifeMs;
  return {
    kind: "token",
    token,
    since,
    renewAt: endsAt - Math.min(renewAheadMostMs, lifeMs / 10),
    endsAt,
    isSecondTry,
  };
};

const pauseMsAfter = (answer: NoToken, inARow: number): number => {
  const wishMs = answer.kind === "busy" ? Math.min(wishMostMs, (answer.retryAfterSeconds ?? 0) * 1_000) : 0;
  return Math.max(wishMs, Math.min(pauseMostMs, pauseFirstMs * 2 ** (inARow - 1)));
};

/** A wish of the endpoint's holds a delivery no longer than it holds us: else one answer of years would have everything given up. */
const toldUntil = (until: number, answer: NoToken, now: number): NoToken =>
  answer.kind === "busy" && answer.retryAfterSeconds !== undefined
    ? { ...answer, retryAfterSeconds: Math.ceil((until - now) / milliseconds.second) }
    : answer;

const unlessAborted = <T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T | NoToken> => {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(busyFor("elsewhere", "the token endpoint: TimeoutError"));
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
};
