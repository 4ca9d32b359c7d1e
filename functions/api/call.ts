import type { HttpRequest } from "@azure/functions";
import type { AppRegistry } from "../../shared/auth/app-registry.ts";
import type { Tokens } from "../../shared/auth/tokens.ts";
import type { Caller } from "../../shared/auth/caller.ts";
import { Problem } from "../../shared/problem.ts";
import type { Answer } from "./http.ts";

/** One request, as an operation sees it. */
export type Call = {
  readonly request: HttpRequest;
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The service's public base with the prefix that was asked, `https://…/beta`: never the Host header. */
  readonly base: string;
};

export type Operation = (call: Call) => Promise<Answer>;

type Use = { readonly tokens: Tokens; readonly apps: Pick<AppRegistry, "isBlocked"> };

/** Who calls. Throws `unauthenticated` without a valid token, and `forbidden` when the calling app is blocked. */
export const identify = async (use: Use, { headers }: HttpRequest): Promise<Caller> => {
  const caller = await use.tokens.verify(headers.get("authorization"));
  if (await use.apps.isBlocked(caller)) throw new Problem("forbidden", "The calling app is blocked.");
  return caller;
};
