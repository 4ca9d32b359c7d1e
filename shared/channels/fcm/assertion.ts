import { SignJWT } from "jose";
import type { TokenRequest } from "../access-tokens.http.ts";
import type { FcmCredential } from "./credential.ts";

const scope = "https://www.googleapis.com/auth/firebase.messaging";
/** As long as Google takes them for. */
const lifeSeconds = 3_600;

/**
 * What asks Google for an access token: an assertion that the service account's key has signed (RFC 7523), meant for the place it is sent
 * to. `now`: epoch milliseconds. https://developers.google.com/identity/protocols/oauth2/service-account
 */
export const assertionRequest = async (
  { clientEmail, privateKeyId, privateKey, tokenUrl }: FcmCredential,
  now: number,
): Promise<TokenRequest> => {
  const issuedAt = Math.floor(now / 1_000);
  const assertion = await new SignJWT({ scope })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: privateKeyId })
    .setIssuer(clientEmail)
    .setAudience(tokenUrl)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifeSeconds)
    .sign(privateKey);
  return { url: tokenUrl, form: { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion } };
};
