import { createServer } from "node:http";
import { randomBytes } from "node:crypto";
import type Provider from "oidc-provider";
import type { Adapter, Configuration, JWTStructured } from "oidc-provider";
import { listen, type Running } from "../part.ts";
import type { Secrets } from "../secrets.ts";
import { claimsOf } from "./claims.ts";
import { addGrants } from "./grants.ts";
import { loadOidcLibrary } from "./oidc-library.ts";
import { permissionsAsked } from "./permissions.ts";
import { signingKeys, type SigningKeys } from "./signing-keys.ts";

export type IdentityOptions = {
  readonly port: number;
  /** Where the signing keys are kept; undefined keeps none. */
  readonly keysFile: string | undefined;
  readonly secrets: Pick<Secrets, "apps" | "tenantId" | "userPassword">;
};

const tokenLifetimeSeconds = 3600;

/**
 * An OpenID provider on loopback whose tokens look like Entra's v2.0 ones. Any user name signs in with the one password;
 * the apps of the secrets are its clients. Discovery at `<issuer>/.well-known/openid-configuration`.
 */
export const startIdentity = async ({
  port,
  keysFile,
  secrets,
}: IdentityOptions): Promise<Running & { issuer: string }> => {
  const [library, keys] = await Promise.all([loadOidcLibrary(), signingKeys(keysFile)]);
  const server = createServer();
  const issuer = `http://127.0.0.1:${await listen(server, "identity", "identity", port)}`;
  const provider = new library.Provider(issuer, configuration(keys, secrets));
  addGrants({ provider, errors: library.errors }, secrets.userPassword);
  provider.on("server_error", (_ctx, error) => console.error(error));
  const answer = provider.callback();
  server.on("request", (request, response) => void answer(request, response));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { ready: `Identity ready, issuer ${issuer}`, stop, issuer };
};

const configuration = (keys: SigningKeys, secrets: IdentityOptions["secrets"]): Configuration => ({
  jwks: keys,
  clients: secrets.apps.map(({ clientId, clientSecret }) => ({
    client_id: clientId,
    client_secret: clientSecret,
    grant_types: ["client_credentials", "password"],
    redirect_uris: [],
    response_types: [],
  })),
  adapter: keepsNothing,
  clientAuthMethods: ["client_secret_basic", "client_secret_post"],
  routes: { token: "/oauth2/v2.0/token", jwks: "/discovery/v2.0/keys", authorization: "/oauth2/v2.0/authorize" },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  },
  ttl: { AccessToken: tokenLifetimeSeconds, ClientCredentials: tokenLifetimeSeconds },
  formats: { customizers: { jwt: (_ctx, token, jwt) => shapeLikeEntra(token, jwt, secrets.tenantId) } },
  renderError: (ctx, fault) => {
    ctx.type = "json";
    ctx.body = fault;
  },
});

type IssuedToken = InstanceType<Provider["AccessToken"]> | InstanceType<Provider["ClientCredentials"]>;

const shapeLikeEntra = (token: IssuedToken, jwt: JWTStructured, tenantId: string): void => {
  const { iss, aud, iat, exp } = jwt.payload;
  const clientId = token.clientId ?? "";
  const subject =
    token.kind === "AccessToken"
      ? ({ kind: "user", userName: token.accountId, clientId } as const)
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

/** Clients are configured and tokens are signed, so there is nothing to remember (and nothing to lose at a restart). */
const keepsNothing = (): Adapter => {
  const nothing = (): Promise<undefined> => Promise.resolve(undefined);
  return {
    upsert: nothing,
    find: nothing,
    findByUserCode: nothing,
    findByUid: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  };
};
