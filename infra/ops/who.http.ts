import { userInfo } from "node:os";
import { decodeJwt } from "jose";
import * as z from "zod";
import type { TablesAccess } from "../../shared/storage/azure.table.ts";
import { Unavailable } from "../../shared/unavailable.ts";

/** Who acts on a Fanfare, as far as the way there tells. */
export type Who = {
  /** For people: a sign-in name, an app's client id, or the user of this machine. */
  readonly name: string;
  /** In Microsoft Entra ID, which a name may change in; undefined for others. */
  readonly objectId: string | undefined;
  /** `azure` is a sign-in that Azure checked. A `key` is anybody's who has it, and the name only what the machine says; `local` likewise. */
  readonly by: "azure" | "key" | "local";
};

const scope = "https://storage.azure.com/.default";

/** Of an access token for Azure's own services: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
const claimsSchema = z.object({
  oid: z.string().optional(),
  upn: z.string().optional(),
  unique_name: z.string().optional(),
  preferred_username: z.string().optional(),
  appid: z.string().optional(),
  azp: z.string().optional(),
});

/**
 * Who acts through this access: with an identity, whoever the token is for that the tables are opened with. The token is read and not
 * checked, for Table Storage checks the same one with the next request. Throws `Unavailable` when Azure gives none.
 */
export const whoOf = async (
  access: TablesAccess | undefined,
  { isLocal }: { readonly isLocal: boolean },
): Promise<Who> => {
  if (access?.kind !== "identity") return { name: userOfMachine(), objectId: undefined, by: isLocal ? "local" : "key" };
  const token = await access.credential.getToken(scope).catch((cause: unknown) => {
    throw new Unavailable("Azure", { cause });
  });
  const claims = claimsSchema.safeParse(token ? decodeJwt(token.token) : {}).data ?? {};
  const person = claims.upn ?? claims.preferred_username ?? claims.unique_name;
  const app = claims.appid ?? claims.azp;
  const name = person ?? (app === undefined ? (claims.oid ?? "nameless identity") : `app ${app}`);
  return { name, objectId: claims.oid, by: "azure" };
};

/** A container may run under a number that no user has. */
const userOfMachine = (): string => {
  try {
    return userInfo().username;
  } catch {
    return "unknown user";
  }
};
