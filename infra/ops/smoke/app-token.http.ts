import { decodeJwt } from "jose";
import * as z from "zod";
import { adminRole, callerOf } from "../../../shared/auth/caller.ts";
import { azureCredential } from "../../../shared/azure-credential.http.ts";
import { ofLocal } from "../app-settings.ts";
import type { Environment } from "../surroundings.ts";
import { Amiss } from "./steps.ts";

/** An app-only token, and what it says of its bearer. */
export type AppToken = {
  readonly token: string;
  readonly clientId: string;
  /** Whether its bearer may read what became of deliveries by the API. */
  readonly isAdmin: boolean;
};

type Asking = { readonly env: Environment; readonly isLocal: boolean; readonly signal: AbortSignal };

/**
 * An app-only token for the service: of a local stack by its first app's secret; else the one in FANFARE_SMOKE_TOKEN, or by the client
 * credentials FANFARE_SMOKE_TOKEN_URL, _CLIENT_ID and _CLIENT_SECRET, or for the identity that Azure's default credential finds.
 * Throws `Amiss` when there is none, or it is a person's.
 */
export const appToken = async (asking: Asking): Promise<AppToken> => {
  const token = await tokenFrom(asking);
  const caller = callerIn(token);
  if (caller?.kind === "app") return { token, clientId: caller.clientId, isAdmin: caller.roles.includes(adminRole) };
  throw new Amiss(
    caller
      ? "The token is a signed-in person's, and smoke posts as an app does: with an app-only token."
      : "What was given as a token names no app (a JWT with azp or appid, tid and oid).",
  );
};

const tokenFrom = async ({ env, isLocal, signal }: Asking): Promise<string> => {
  if (isLocal) return granted(await localGrant(env), signal);
  if (env.FANFARE_SMOKE_TOKEN) return env.FANFARE_SMOKE_TOKEN.trim();
  const { FANFARE_SMOKE_TOKEN_URL: url, FANFARE_SMOKE_CLIENT_ID: id, FANFARE_SMOKE_CLIENT_SECRET: secret } = env;
  const scope = scopeOf(env);
  if (url && id && secret) return granted({ url, id, secret, scope }, signal);
  if (scope === undefined) {
    throw new Amiss(
      "There is no token: set FANFARE_SMOKE_TOKEN, or FANFARE_SMOKE_TOKEN_URL, FANFARE_SMOKE_CLIENT_ID and " +
        "FANFARE_SMOKE_CLIENT_SECRET, or TOKEN_AUDIENCES for a token of the identity this runs under.",
    );
  }
  const identity = azureCredential(env.AZURE_CLIENT_ID);
  const token = await identity.getToken(scope, { abortSignal: signal }).catch(() => undefined); // its error quotes the request
  if (token) return token.token;
  throw new Amiss(`Azure gives this identity no token for ${scope}. Sign in as an app that may have one.`);
};

/** The first audience is asked for, as Entra names an app of its: `api://…` or its id. */
const scopeOf = ({ TOKEN_AUDIENCES: audiences = "" }: Environment): string | undefined => {
  const [first] = audiences.split(",").flatMap((one) => one.trim() || []);
  return first === undefined ? undefined : `${first}/.default`;
};

type Grant = { readonly url: string; readonly id: string; readonly secret: string; readonly scope: string | undefined };

const stackSchema = z.object({
  tokenUrl: z.string(),
  audience: z.string(),
  apps: z.array(z.object({ clientId: z.string(), clientSecret: z.string() })).min(1),
});

/** The stack's own identity provider grants what is asked for, the role included. */
const localGrant = async (env: Environment): Promise<Grant> => {
  const { tokenUrl, audience, apps } = await ofLocal(env, "stack.json", stackSchema);
  const [first] = apps;
  return {
    url: tokenUrl,
    id: first?.clientId ?? "",
    secret: first?.clientSecret ?? "",
    scope: `${audience}/${adminRole}`,
  };
};

const answerSchema = z.object({ access_token: z.string() });
const refusalSchema = z.object({ error: z.string().regex(/^[\w.-]{1,60}$/) });

const granted = async ({ url, id, secret, scope }: Grant, signal: AbortSignal): Promise<string> => {
  const form = { grant_type: "client_credentials", client_id: id, client_secret: secret, ...(scope && { scope }) };
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form), signal, redirect: "error" }).catch(
    () => undefined,
  );
  if (!answer) throw new Amiss("The token endpoint cannot be reached, or does not answer in time.");
  const body: unknown = await answer.json().catch(() => undefined);
  const { data } = answerSchema.safeParse(body);
  if (answer.ok && data) return data.access_token;
  const error = refusalSchema.safeParse(body).data?.error;
  throw new Amiss(`The token endpoint answered ${answer.status}${error === undefined ? "" : ` ${error}`}.`);
};

const callerIn = (token: string) => {
  if (!/^[\w.-]+$/.test(token)) return undefined; // what a header cannot carry either
  try {
    return callerOf(decodeJwt(token));
  } catch {
    return undefined;
  }
};
