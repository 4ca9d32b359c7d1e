import type { ToldConfig } from "../told.ts";
import { sentenceOf } from "./sentence-of.ts";
import { readSession, writeSession, type Session } from "./session.indexed-db.ts";
import { beginSignIn, finishSignIn, signOutAddress, type Begun } from "./sign-in.http.ts";

const begunKey = "fanfare-local-inbox sign-in";
/** The one address the provider answers to. */
const redirectUri = (): string => `${location.origin}/`;

/** Leaves for the provider's page. */
export const goSignIn = async (config: ToldConfig): Promise<void> => {
  const { address, begun } = await beginSignIn(config, redirectUri());
  sessionStorage.setItem(begunKey, JSON.stringify(begun));
  location.assign(address);
};

/** Forgets the session here, and leaves for the provider's page that does so there, and comes back. */
export const goSignOut = async (config: ToldConfig): Promise<void> => {
  const session = await readSession();
  await writeSession(undefined);
  location.assign(await signOutAddress(config, { idToken: session?.idToken }, redirectUri()));
};

/** Who is signed in: who was before, or who comes back from the provider just now; `fault` says why that did not work out. */
export const comeBack = async (
  config: ToldConfig,
): Promise<{ readonly session: Session | undefined; readonly fault?: string }> => {
  const answered = new URL(location.href);
  const isAnswer = answered.searchParams.has("code") || answered.searchParams.has("error");
  const begun = begunBefore();
  if (!isAnswer || !begun) {
    if (isAnswer) history.replaceState(null, "", "/");
    return { session: await readSession() };
  }
  sessionStorage.removeItem(begunKey);
  // The code is good for one use: loading the page again must not show it once more.
  history.replaceState(null, "", "/");
  try {
    const session = await finishSignIn(config, answered, { begun, redirectUri: redirectUri() });
    await writeSession(session);
    return { session };
  } catch (error) {
    return { session: await readSession(), fault: `Signing in did not work out: ${sentenceOf(error)}` };
  }
};

const begunBefore = (): Begun | undefined => {
  const text = sessionStorage.getItem(begunKey);
  return text === null ? undefined : (JSON.parse(text) as Begun);
};
