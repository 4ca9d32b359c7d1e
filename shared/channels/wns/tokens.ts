import type { TokenRequest } from "../access-tokens.http.ts";
import type { TokenRefusal } from "../token-answer.ts";
import type { WnsCredential } from "./credential.ts";

/**
 * What asks Microsoft for a token in the name of a credential, at `tokenUrl` if that is given, else at the place of its kind.
 * https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-quickstart (an app registration)
 * https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers (the Partner Center's)
 */
export const tokenRequestOf = (credential: WnsCredential, tokenUrl: string | undefined): TokenRequest => {
  const { clientSecret: client_secret } = credential;
  const common = { grant_type: "client_credentials", client_secret };
  if (credential.kind === "legacy") {
    return {
      url: tokenUrl ?? "https://login.live.com/accesstoken.srf",
      form: { ...common, client_id: credential.packageSid, scope: "notify.windows.com" },
    };
  }
  return {
    url: tokenUrl ?? `https://login.microsoftonline.com/${credential.tenantId}/oauth2/v2.0/token`,
    form: { ...common, client_id: credential.clientId, scope: "https://wns.windows.com/.default" },
  };
};

/**
 * What Entra's numbers ask the operator to do.
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export const entraAdvice = ({ code = "" }: TokenRefusal): string | undefined => advice[code];

const wrongTenant = "is its tenantId the directory of the app registration?";
const advice: Readonly<Record<string, string>> = {
  AADSTS90002: wrongTenant,
  AADSTS900023: wrongTenant,
  AADSTS700016: "is its clientId the app registration's, and its tenantId that registration's directory?",
  AADSTS7000112: "the app registration is disabled: enable it, or take another",
  AADSTS7000215: "its clientSecret is not one of the app registration's: take the secret's value, not its id",
  AADSTS7000222: "its clientSecret has expired: make a new one and set it here",
};
