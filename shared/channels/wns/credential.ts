import * as z from "zod";
import { jsonOf } from "../credential-text.ts";

/**
 * What a Windows app is sent in the name of. `entra`: the app registration that is linked to its package; `legacy`: the package SID and
 * secret of the Partner Center. The app's own registration decides which of them WNS takes.
 */
export type WnsCredential =
  | { readonly kind: "entra"; readonly tenantId: string; readonly clientId: string; readonly clientSecret: string }
  | { readonly kind: "legacy"; readonly packageSid: string; readonly clientSecret: string };

const wrong =
  'must be JSON: {"tenantId":"<GUID>","clientId":"<GUID>","clientSecret":"…"}, or for an app of the Partner Center {"packageSid":"ms-app://…","clientSecret":"…"}';
const secret = z.string().min(1).max(500);
const schema = z.union([
  z
    .strictObject({ tenantId: z.guid(), clientId: z.guid(), clientSecret: secret })
    .transform((given) => ({ kind: "entra" as const, ...given })),
  z
    .strictObject({ packageSid: z.string().regex(/^ms-app:\/\/\S{1,200}$/), clientSecret: secret })
    .transform((given) => ({ kind: "legacy" as const, ...given })),
]);

/**
 * Reads a `WNS_CREDENTIAL_<NAME>`. Throws an error whose message says what it must be.
 * https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/wns-overview
 */
export const wnsCredentialFrom = (text: string): WnsCredential => jsonOf(text, schema, wrong);
