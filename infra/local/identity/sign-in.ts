import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import type { Interaction } from "oidc-provider";
import { bodyOf } from "../http/body-of.ts";
import { userNameOf } from "./claims.ts";
import { saying, signInPage, signOutScript, styleSheet } from "./pages.ts";
import { isPassword } from "./password.ts";
import { pageHeaders } from "./page-headers.ts";

export type SignInOptions = {
  readonly userPassword: string;
  /** Suggested where the app names nobody (`login_hint`). */
  readonly defaultUser: string;
  readonly passwordCommand: string | undefined;
  /** Where a sign-in may lead back to. */
  readonly pageOrigins: readonly string[];
};

/** Where the library sends a browser whose user has to sign in. */
export const signInPath = ({ uid }: { readonly uid: string }): string => `/sign-in/${uid}`;

const bodyBytesMax = 16 * 1024;
const userNameMax = 256;

/**
 * The pages of our own: the form for user name and password, its style and the sign-out's script. Answers false, having done nothing, when
 * a path is none of these.
 */
export const signInListener = (provider: Provider, options: SignInOptions) => {
  const headers = pageHeaders(options.pageOrigins);
  const send = (response: ServerResponse, status: number, type: keyof typeof types, text: string): void => {
    response.writeHead(status, { ...headers, "content-type": types[type] }).end(text);
  };

  const form = async ({ params }: Interaction, tried?: Tried): Promise<Outcome> => {
    const client = await provider.Client.find(String(params.client_id));
    const text = signInPage({
      clientName: client?.clientName ?? "an app",
      userName: tried?.userName ?? textOf(params.login_hint) ?? options.defaultUser,
      fault: tried?.fault,
      passwordCommand: options.passwordCommand,
    });
    return { kind: "page", status: tried ? 403 : 200, text };
  };

  const outcomeOf = async (request: IncomingMessage, response: ServerResponse): Promise<Outcome> => {
    const interaction = await provider.interactionDetails(request, response).catch(() => undefined);
    if (!interaction) return { kind: "page", status: 400, text: over };
    if (request.method !== "POST") return form(interaction);
    if (!isFromHere(request)) return { kind: "page", status: 403, text: foreign };
    const posted = await postedBy(request);
    if (!posted) return { kind: "page", status: 413, text: tooLarge };
    const userName = userNameOf(posted.get("username") ?? "");
    if (userName === "" || userName.length > userNameMax) {
      return form(interaction, { userName: "", fault: "Give a user name, any will do." });
    }
    if (!isPassword(posted.get("password") ?? "", options.userPassword)) {
      return form(interaction, { userName, fault: "That is not the password of this local stack." });
    }
    return { kind: "signed-in", userName };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const outcome = await outcomeOf(request, response);
    if (outcome.kind === "page") send(response, outcome.status, "html", outcome.text);
    else await provider.interactionFinished(request, response, { login: { accountId: outcome.userName } });
  };

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    // Not by URL, which throws at what a client may well ask for.
    const [pathname = ""] = (request.url ?? "").split("?");
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (isRead && pathname === "/sign-in.css") send(response, 200, "css", styleSheet);
    else if (isRead && pathname === "/sign-out.js") send(response, 200, "js", signOutScript);
    else if (pathname.startsWith("/sign-in/") && (isRead || request.method === "POST")) {
      answer(request, response).catch((error: unknown) => {
        if (!request.destroyed) console.error(error);
        response.destroy();
      });
    } else return false;
    return true;
  };
};

type Tried = { readonly userName: string; readonly fault: string };
type Outcome =
  | { readonly kind: "page"; readonly status: number; readonly text: string }
  | { readonly kind: "signed-in"; readonly userName: string };

const types = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
} as const;

const over = saying(
  "This sign-in is over",
  "It took too long, or was ended already. Go back to the app and begin again.",
);
const foreign = saying("Not from here", "The form was sent by a page of another site, and was not looked at.");
const tooLarge = saying("Too much", "What was sent is larger than a user name and a password are.");

/** Browsers say where a form stands; another site's must not sign anybody in. */
const isFromHere = ({ headers: { origin, host } }: IncomingMessage): boolean =>
  origin === undefined || origin === `http://${host ?? ""}`;

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" && value.length <= userNameMax ? value : undefined;

/** The posted form; undefined when it is larger than one can be. */
const postedBy = async (request: IncomingMessage): Promise<URLSearchParams | undefined> => {
  const body = await bodyOf(request, bodyBytesMax);
  return body && new URLSearchParams(body.toString("utf8"));
};
