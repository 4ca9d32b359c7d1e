/** The audience of the local app's tokens, as its setting TOKEN_AUDIENCES names it. */
export const appAudience = "api://fanfare";

/** The delegated permission a user's token needs (contract 2.1). */
const userPermission = "Notifications.ReadWrite.CreatedByApp";

/** Permissions that stand in the claim `roles`, not in `scp`: Entra's app roles. */
const appRoles: ReadonlySet<string> = new Set(["Notifications.Admin"]);

export type Permissions = {
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
};

/**
 * What a token request asks for. Names may be bare (`Notifications.Admin`) or Entra's
 * (`api://fanfare/Notifications.Admin`), where the resource before the last slash becomes the audience unless
 * `resource` names one (RFC 8707). `.default`, or no scope at all, asks for the user's usual permission.
 * Nothing is refused: a name nobody knows is granted as it is, so that a test gets a token which lacks the right one.
 * https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export const permissionsAsked = (scope: string | undefined, resource?: string): Permissions => {
  const asked = (scope ?? ".default").split(" ").filter((name) => name !== "");
  const parted = asked.map(partsOf);
  const names = new Set(parted.map(({ name }) => (name === ".default" ? userPermission : name)));
  return {
    audience: resource ?? parted.find((part) => part.resource)?.resource ?? appAudience,
    scopes: [...names].filter((name) => !appRoles.has(name)),
    roles: [...names].filter((name) => appRoles.has(name)),
  };
};

const partsOf = (scope: string): { readonly resource?: string; readonly name: string } => {
  const slash = scope.lastIndexOf("/");
  return scope.includes("://") ? { resource: scope.slice(0, slash), name: scope.slice(slash + 1) } : { name: scope };
};
