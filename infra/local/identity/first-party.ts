import type { Configuration, Grant, KoaContextWithOIDC } from "oidc-provider";
import { permissionsAsked } from "./permissions.ts";
import { tokenFormat } from "./token-format.ts";

/** Scopes that are the provider's own, and no resource's. */
export const providerScopes = ["openid", "offline_access"] as const;

/**
 * Which resource a sign-in is for, in the library's terms. Entra's scopes name their resource (`api://fanfare/.default`), so none has to
 * be given; and a resource knows every scope that is asked for, as `permissionsAsked` does.
 */
export const resourceIndicators = {
  enabled: true,
  defaultResource: (ctx: KoaContextWithOIDC) => permissionsAsked(scopeOf(ctx)).audience,
  useGrantedResource: () => true,
  getResourceServerInfo: (ctx: KoaContextWithOIDC, resource: string) => ({
    audience: resource,
    scope: resourceScopesIn(scopeOf(ctx)).join(" "),
    ...tokenFormat,
  }),
} satisfies NonNullable<Configuration["features"]>["resourceIndicators"];

/** All that is asked for is granted, and nobody is asked: the page is a part of the very stack that they signed in to. */
export const grantAll = async ({ oidc }: KoaContextWithOIDC): Promise<Grant | undefined> => {
  const { provider, client, session, account } = oidc;
  if (!client || !session || !account) return undefined;
  const { clientId } = client;
  const grantId = session.grantIdFor(clientId);
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = known ?? new provider.Grant({ clientId, accountId: account.accountId });
  grant.addOIDCScope(providerScopes.join(" "));
  for (const [resource, { scope }] of Object.entries(oidc.resourceServers ?? {})) {
    grant.addResourceScope(resource, scope);
  }
  await grant.save();
  return grant;
};

/** As it was asked for now, or, where a code or refresh token is redeemed, as it was granted then. */
const scopeOf = ({ oidc }: KoaContextWithOIDC): string => {
  const { AuthorizationCode: code, RefreshToken: refreshToken } = oidc.entities;
  const asked = oidc.params?.scope;
  return typeof asked === "string" ? asked : (code?.scope ?? refreshToken?.scope ?? "openid");
};

const resourceScopesIn = (scope: string): string[] =>
  scope.split(" ").filter((name) => !providerScopes.some((own) => own === name));
