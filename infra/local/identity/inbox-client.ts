import type { ClientMetadata } from "oidc-provider";

/**
 * The inbox page as a client of the local identity provider: public, for a page can keep no secret (RFC 6749 section 2.1). The same one in
 * every data directory, so that older ones need nothing new; each stack's issuer is another anyway.
 */
export const inboxClientId = "8a1d7c50-3f0e-4f6a-9c1b-0f6f616e6661";

/** What the page asks for: who signed in, a token that is renewed, and the app's usual permission. */
export const inboxScope = "openid offline_access api://fanfare/.default";

/** The origins a page is opened at whose server listens on this port of the loopback interface. */
export const pageOriginsAt = (port: number): readonly string[] => [
  `http://127.0.0.1:${port}`,
  `http://localhost:${port}`,
];

/** Its registration. A code is sent to nowhere but these origins' root, and by signing out one comes back there. */
export const inboxClient = (pageOrigins: readonly string[]): ClientMetadata => {
  const uris = pageOrigins.map((origin) => `${origin}/`);
  return {
    client_id: inboxClientId,
    client_name: "The Fanfare inbox",
    // Not "native": of those any port of the loopback interface would be taken (RFC 8252 section 7.3), and with it anybody's page there.
    application_type: "web",
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    redirect_uris: uris,
    post_logout_redirect_uris: uris,
  };
};
