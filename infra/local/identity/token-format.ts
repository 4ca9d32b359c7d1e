/** How the library makes an access token for a resource: signed, to be verified by anybody. */
export const tokenFormat = { accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } } as const;
