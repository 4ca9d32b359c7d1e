import type { GetToken } from "../../../../shared/client/client-options.ts";
import { askConfig } from "./told.http.ts";
import { readSession, writeSession, type Session } from "./session.indexed-db.ts";
import { renewedSession } from "./sign-in.http.ts";

/** A token that ends sooner than this could end on its way. */
const reserveMs = 60_000;

/**
 * The user's tokens, for the page's tabs and its service worker alike. A refresh token is good for one use: of all of them one renews at a
 * time, and the others find what it got. Undefined: nobody is signed in, the provider cannot be reached just now, or another than
 * this account has signed in in another tab, whose notifications must not be taken for theirs.
 */
export const newGetToken = (): ((
  why: Parameters<GetToken>[0] & { readonly account: string },
) => ReturnType<GetToken>) => {
  let handedOut: string | undefined;
  const isGood = (session: Session, isRefused: boolean): boolean =>
    session.accessTokenEnds - reserveMs > Date.now() && !(isRefused && session.accessToken === handedOut);

  const sessionOf = async (account: string): Promise<Session | undefined> => {
    const session = await readSession();
    return session?.user === account ? session : undefined;
  };

  return async ({ isRefused, account }) => {
    const found = await sessionOf(account);
    if (!found) return undefined;
    const session = isGood(found, isRefused)
      ? found
      : await navigator.locks.request("fanfare-local-inbox session", async () => {
          const current = await sessionOf(account);
          return current && isGood(current, isRefused) ? current : renewed(current);
        });
    handedOut = session?.accessToken;
    return handedOut;
  };
};

const renewed = async (session: Session | undefined): Promise<Session | undefined> => {
  if (!session) return undefined;
  try {
    const next = await renewedSession(await askConfig(), session);
    // A crash between the provider's answer and this line costs the session: the user signs in again.
    await writeSession(next);
    return next;
  } catch {
    return undefined;
  }
};
