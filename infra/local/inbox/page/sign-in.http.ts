import * as oauth from "oauth4webapi";
import type { ToldConfig } from "../told.ts";
import type { Session } from "./session.indexed-db.ts";

type Provider = Pick<ToldConfig, "issuer" | "clientId" | "scope">;

/** What the page remembers while the user is away at the sign-in page; it is good for one answer. */
export type Begun = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** Where the user goes to sign in, by the code flow with PKCE (RFC 6749 section 4.1, RFC 7636), and what to remember meanwhile. */
export const beginSignIn = async (
  provider: Provider,
  redirectUri: string,
): Promise<{ readonly address: string; readonly begun: Begun }> => {
  const { authorization_endpoint: endpoint } = await discovered(provider.issuer);
  if (endpoint === undefined) throw new Error("The identity provider names no page to sign in at.");
  const begun = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
  const address = new URL(endpoint);
  address.search = new URLSearchParams({
    client_id: provider.clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: provider.scope,
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: "S256",
  }).toString();
  return { address: address.href, begun };
};

/** What the provider's answer, in the address the user came back to, is worth. Throws when it is not an answer to `begun`. */
export const finishSignIn = async (
  provider: Provider,
  answered: URL,
  { begun, redirectUri }: { readonly begun: Begun; readonly redirectUri: string },
): Promise<Session> => {
  const server = await discovered(provider.issuer);
  const client = { client_id: provider.clientId };
  const parameters = answerIn(() => oauth.validateAuthResponse(server, client, answered, begun.state));
  const response = await oauth.authorizationCodeGrantRequest(
    ...([server, client, oauth.None(), parameters, redirectUri, begun.verifier] as const),
    plainHttp,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: begun.nonce,
    requireIdToken: true,
  });
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  const named = claims?.preferred_username;
  return sessionOf(tokens, typeof named === "string" ? named : (claims?.sub ?? ""));
};

/** The provider's own words where it has refused. They are taken from no other answer: anybody can make a link with an error in it. */
const answerIn = <T>(validate: () => T): T => {
  try {
    return validate();
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) throw error;
    throw new Error(error.error_description ?? error.error, { cause: error });
  }
};

/** The same session with new tokens. Undefined: the provider will not have it any more. Throws when it gave no answer. */
export const renewedSession = async (provider: Provider, session: Session): Promise<Session | undefined> => {
  if (session.refreshToken === undefined) return undefined;
  const server = await discovered(provider.issuer);
  const client = { client_id: provider.clientId };
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), session.refreshToken, plainHttp);
  try {
    const tokens = await oauth.processRefreshTokenResponse(server, client, response);
    return { ...session, ...definedIn(sessionOf(tokens, session.user)) };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.status < 500) return undefined;
    throw error;
  }
};

/** Where the user goes so that the provider forgets them, too. */
export const signOutAddress = async (
  provider: Provider,
  { idToken }: Pick<Session, "idToken">,
  redirectUri: string,
): Promise<string> => {
  const { end_session_endpoint: endpoint } = await discovered(provider.issuer);
  if (endpoint === undefined) return redirectUri;
  const address = new URL(endpoint);
  address.search = new URLSearchParams({
    ...(idToken === undefined ? { client_id: provider.clientId } : { id_token_hint: idToken }),
    post_logout_redirect_uri: redirectUri,
  }).toString();
  return address.href;
};

/** The provider is on this computer, without a certificate; "deprecated" is how the library warns of using this elsewhere. */
// eslint-disable-next-line @typescript-eslint/no-deprecated
const plainHttp = { [oauth.allowInsecureRequests]: true } as const;

const discovered = async (issuer: string): Promise<oauth.AuthorizationServer> => {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, plainHttp));
};

const sessionOf = (tokens: oauth.TokenEndpointResponse, user: string): Session => ({
  user,
  accessToken: tokens.access_token,
  accessTokenEnds: Date.now() + (tokens.expires_in ?? 300) * 1_000,
  refreshToken: tokens.refresh_token,
  idToken: tokens.id_token,
});

/** What a renewal does not bring anew stays as it is. */
const definedIn = (session: Session): Partial<Session> & Pick<Session, "user"> =>
  Object.fromEntries(Object.entries(session).filter(([, value]) => value !== undefined)) as typeof session;
