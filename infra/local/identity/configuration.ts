import { randomBytes } from "node:crypto";
import type Provider from "oidc-provider";
import type { Configuration, JWTStructured, KoaContextWithOIDC } from "oidc-provider";
import type { Secrets } from "../secrets.ts";
import { claimsOf, profileOf } from "./claims.ts";
import { grantAll, providerScopes, resourceIndicators } from "./first-party.ts";
import { inboxClient, inboxClientId } from "./inbox-client.ts";
import type { OidcLibrary } from "./oidc-library.ts";
import { pageHeaders } from "./page-headers.ts";
import { saying, signOutPage } from "./pages.ts";
import { permissionsAsked } from "./permissions.ts";
import { signInPath } from "./sign-in.ts";
import type { SigningKeys } from "./signing-keys.ts";
import type { SignIns } from "./sign-ins.ts";

type Uses = {
  readonly library: OidcLibrary;
  readonly keys: SigningKeys;
  readonly signIns: SignIns;
  readonly secrets: Pick<Secrets, "apps" | "tenantId">;
  /** The port of the provider itself, which tells its cookies from another stack's: browsers share them between ports. */
  readonly port: number;
  /** Where the inbox page is; none, and there is no such client. */
  readonly pageOrigins: readonly string[];
};

const hour = 3_600;
/** How long a browser stays signed in, and the page's refresh tokens last. */
const signedIn = 14 * 24 * hour;

/** The library as we set it up: Entra's paths and claims, no consent, sign-in by our own page. */
export const configuration = (use: Uses): Configuration => ({
  jwks: use.keys,
  clients: [...use.secrets.apps.map(appClient), ...(use.pageOrigins.length > 0 ? [inboxClient(use.pageOrigins)] : [])],
  adapter: use.signIns.adapterFor,
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "none"],
  clientBasedCORS: (_ctx, origin, { clientId }) => clientId === inboxClientId && use.pageOrigins.includes(origin),
  routes: {
    token: "/oauth2/v2.0/token",
    jwks: "/discovery/v2.0/keys",
    authorization: "/oauth2/v2.0/authorize",
    end_session: "/oauth2/v2.0/logout",
  },
  responseTypes: ["code"],
  scopes: providerScopes,
  claims: { openid: ["sub", ...Object.keys(profileOf("", ""))] },
  conformIdTokenClaims: false,
  findAccount: (_ctx, userName) => ({
    accountId: userName,
    // The library has an ID token's `sub` be the account's name, where an access token's is as Entra's (`claimsOf`); `oid` is the same in both.
    claims: () => ({ sub: userName, ...profileOf(userName, use.secrets.tenantId) }),
  }),
  pkce: { required: () => true },
  loadExistingGrant: grantAll,
  // The library drops `offline_access` where no consent is asked for, as the standard has it of strangers' apps.
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
  expiresWithSession: () => true,
  interactions: { url: (_ctx, interaction) => signInPath(interaction), policy: withoutConsent(use.library) },
  cookies: { names: cookieNames(use.port) },
  features: {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    resourceIndicators,
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        const isSure = ctx.oidc.entities.IdTokenHint !== undefined;
        show(ctx, use.pageOrigins, signOutPage(form, isSure));
      },
      postLogoutSuccessSource: (ctx) => {
        show(ctx, use.pageOrigins, saying("Signed out", "You have left the local stack’s inbox."));
      },
    },
  },
  ttl: {
    AccessToken: hour,
    ClientCredentials: hour,
    IdToken: hour,
    AuthorizationCode: 60,
    Interaction: hour,
    Session: signedIn,
    Grant: signedIn,
    RefreshToken: signedIn,
  },
  formats: { customizers: { jwt: (_ctx, token, jwt) => shapeLikeEntra(token, jwt, use.secrets.tenantId) } },
  renderError: (ctx, fault) => {
    const isForPeople = ctx.oidc.route !== "token" && ctx.accepts("json", "html") === "html";
    if (isForPeople) {
      const told = fault.error_description ?? fault.error;
      show(ctx, use.pageOrigins, saying("This does not work", `The sign-in cannot go on: ${told}.`));
      return;
    }
    ctx.type = "json";
    ctx.body = fault;
  },
});

const appClient = ({ clientId, clientSecret }: Secrets["apps"][number]) => ({
  client_id: clientId,
  client_secret: clientSecret,
  grant_types: ["client_credentials", "password"],
  redirect_uris: [],
  response_types: [],
});

const withoutConsent = ({ interactionPolicy }: OidcLibrary) => {
  const policy = interactionPolicy.base();
  policy.remove("consent");
  return policy;
};

const cookieNames = (port: number) => ({
  session: `fanfare-identity-${port}`,
  interaction: `fanfare-identity-${port}-interaction`,
  resume: `fanfare-identity-${port}-resume`,
});

const show = (ctx: KoaContextWithOIDC, pageOrigins: readonly string[], page: string): void => {
  ctx.set(pageHeaders(pageOrigins));
  ctx.type = "html";
  ctx.body = page;
};

type IssuedToken = InstanceType<Provider["AccessToken"]> | InstanceType<Provider["ClientCredentials"]>;

const shapeLikeEntra = (token: IssuedToken, jwt: JWTStructured, tenantId: string): void => {
  const { iss, aud, iat, exp } = jwt.payload;
  const clientId = token.clientId ?? "";
  const subject =
    token.kind === "AccessToken"
      ? ({ kind: "user", userName: token.accountId, clientId, isPublic: clientId === inboxClientId } as const)
      : ({ kind: "app", clientId } as const);
  jwt.header = { typ: "JWT" };
  jwt.payload = {
    iss,
    aud,
    iat,
    nbf: iat,
    exp,
    ...claimsOf(subject, permissionsAsked(token.scope ?? ""), tenantId),
    uti: randomBytes(16).toString("base64url"),
  };
};
