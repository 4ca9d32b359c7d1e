import * as z from "zod";
import type { Account } from "./account.ts";

const answerSchema = z.object({ access_token: z.string(), expires_in: z.number() });

type Token = { readonly text: Promise<string>; readonly until: () => number };

/** The users' tokens, asked for once and used until shortly before they end. */
export type TokenSource = {
  /** Rejects when none is given. */
  readonly of: (account: Account) => Promise<string>;
  /** The token was refused: the next call asks for a new one. */
  readonly forget: (account: Account) => void;
};

/** Renewed this long before its end, so that it is still good when it arrives. */
const spareMs = 60_000;

/** Signs users in by their password (RFC 6749 section 4.3), as the local identity's tools do. */
export const tokenSource = (
  send: (url: string, request: RequestInit) => Promise<Response>,
  now: () => number,
): TokenSource => {
  const tokens = new Map<string, Token>();
  const keyOf = ({ tokenUrl, clientId, username, password }: Account): string =>
    JSON.stringify([tokenUrl, clientId, username, password]);

  const asked = (account: Account): Token => {
    let until = Infinity;
    const text = ask(account).then(({ access_token, expires_in }) => {
      until = now() + expires_in * 1_000 - spareMs;
      return access_token;
    });
    return { text, until: () => until };
  };
  const ask = async ({ tokenUrl, clientId, clientSecret, username, password }: Account) => {
    const form = { grant_type: "password", client_id: clientId, client_secret: clientSecret, username, password };
    const answer = await send(tokenUrl, { method: "POST", body: new URLSearchParams(form) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`signing in was answered ${answer.status}`);
    return answerSchema.parse(JSON.parse(text));
  };

  return {
    of: async (account) => {
      const key = keyOf(account);
      const kept = tokens.get(key);
      const token = kept && kept.until() > now() ? kept : asked(account);
      tokens.set(key, token);
      return token.text.catch((error: unknown) => {
        if (tokens.get(key) === token) tokens.delete(key);
        throw error;
      });
    },
    forget: (account) => {
      tokens.delete(keyOf(account));
    },
  };
};
