/** A tenant's issuers at Microsoft Entra, v1 and v2. https://learn.microsoft.com/entra/identity-platform/access-tokens */
const entraForms = [
  /^https:\/\/sts\.windows\.net\/([^/]+)\/$/,
  /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/v2\.0$/,
];

const tenantOf = (issuer: string): string | undefined =>
  entraForms.flatMap((form) => form.exec(issuer)?.[1]?.toLowerCase() ?? [])[0];

/**
 * Whether an issuer may speak for a tenant. Users are known by tenant and object id, so no trusted issuer may name a user of
 * another's: one of Entra speaks for its own tenant only, and any other for no tenant that a trusted one of Entra has.
 */
export const speaksFor = (issuer: string, tenantId: string, trusted: readonly string[]): boolean => {
  const tenant = tenantId.toLowerCase();
  const own = tenantOf(issuer);
  return own === undefined ? !trusted.some((other) => tenantOf(other) === tenant) : own === tenant;
};
