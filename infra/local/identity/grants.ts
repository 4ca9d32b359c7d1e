import type Provider from "oidc-provider";
import type { errors, TokenEndpointGrantContext } from "oidc-provider";
import { userNameOf } from "./claims.ts";
import { isPassword } from "./password.ts";
import { permissionsAsked, type Permissions } from "./permissions.ts";
import { tokenFormat } from "./token-format.ts";

type Parameters = {
  readonly scope?: string;
  readonly resource?: string;
  readonly username?: string;
  readonly password?: string;
};
type Context = TokenEndpointGrantContext<Parameters>;
type Token = InstanceType<Provider["AccessToken"]> | InstanceType<Provider["ClientCredentials"]>;
type Library = { readonly provider: Provider; readonly errors: typeof errors };

/**
 * Adds two grants to the token endpoint: an app by itself (RFC 6749 section 4.4) and a user by password (section 4.3),
 * the latter for tests and tools. Ours instead of the library's, because Entra's scopes name their resource.
 */
export const addGrants = ({ provider, errors }: Library, userPassword: string): void => {
  const issue = async (ctx: Context, tokenFor: (asked: Permissions) => Token): Promise<void> => {
    const asked = permissionsAsked(ctx.oidc.params.scope, ctx.oidc.params.resource);
    const token = tokenFor(asked);
    token.resourceServer = new provider.ResourceServer(asked.audience, { scope: "", ...tokenFormat });
    const accessToken = await token.save();
    ctx.body = { token_type: "Bearer", access_token: accessToken, expires_in: token.expiration, scope: token.scope };
  };

  const forApp = (ctx: Context): Promise<void> =>
    issue(
      ctx,
      ({ roles }) =>
        new provider.ClientCredentials({
          client: ctx.oidc.client,
          ...(roles.length > 0 && { scope: roles.join(" ") }),
        }),
    );

  const forUser = (ctx: Context): Promise<void> => {
    const { username, password } = ctx.oidc.params;
    const accountId = userNameOf(username ?? "");
    if (accountId === "" || !password) throw new errors.InvalidRequest("username and password are required");
    if (!isPassword(password, userPassword)) throw new errors.InvalidGrant("wrong user name or password");
    return issue(ctx, ({ scopes, roles }) => {
      const scope = [...scopes, ...roles].join(" ");
      return new provider.AccessToken({ client: ctx.oidc.client, accountId, scope, gty: "password", grantId: "none" });
    });
  };

  provider.registerGrantType<Parameters>("client_credentials", forApp, ["scope", "resource"]);
  provider.registerGrantType<Parameters>("password", forUser, ["scope", "resource", "username", "password"]);
};
