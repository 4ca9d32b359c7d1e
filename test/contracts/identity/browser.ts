import { createHash, randomBytes } from "node:crypto";
import { inboxClientId, inboxScope } from "../../../infra/local/identity/inbox-client.ts";
import { pageOrigins, type TokenAnswer } from "./identity-under-test.ts";

type Provider = {
  readonly issuer: () => string;
  readonly secrets: { readonly userPassword: string };
  /** Posts a form to the token endpoint. */
  readonly ask: (form: Record<string, string>, headers: Record<string, string>) => Promise<TokenAnswer>;
};
type Page = { readonly status: number; readonly url: string; readonly text: string; readonly headers: Headers };

export const redirectUri = `${pageOrigins[0]}/`;

/**
 * As much of a browser as a sign-in to the inbox page needs: it keeps cookies with their paths, and follows redirects as long as they stay
 * with the provider.
 */
export const browser = (identity: Provider, pageOrigin: string = pageOrigins[0]) => {
  const jar = new Map<string, { readonly value: string; readonly path: string }>();

  const keep = (answer: Response): void => {
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      const path = /; path=([^;]*)/i.exec(cookie)?.[1] ?? "/";
      if (value === "" || /expires=Thu, 01 Jan 1970/i.test(cookie)) jar.delete(`${name} ${path}`);
      else jar.set(`${name} ${path}`, { value, path });
    }
  };
  const cookiesFor = ({ pathname }: URL): string =>
    [...jar]
      .filter(([, { path }]) => pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`))
      .map(([key, { value }]) => `${key.split(" ")[0]!}=${value}`)
      .join("; ");

  /** Ends at a page, or, without asking there, at an address that is not the provider's. */
  const go = async (to: string, request: RequestInit = {}): Promise<Page> => {
    const url = new URL(to, identity.issuer());
    const headers = { accept: "text/html", cookie: cookiesFor(url), ...(request.headers as Record<string, string>) };
    const answer = await fetch(url, { ...request, headers, redirect: "manual" });
    keep(answer);
    const text = await answer.text();
    const location = answer.headers.get("location");
    if (location === null) return { status: answer.status, url: url.href, text, headers: answer.headers };
    const next = new URL(location, url);
    if (next.origin === identity.issuer()) return go(next.href);
    return { status: answer.status, url: next.href, text, headers: answer.headers };
  };

  const verifier = randomBytes(32).toString("base64url");
  const authorize = (more: Readonly<Record<string, string>> = {}): Promise<Page> => {
    const query = {
      client_id: inboxClientId,
      response_type: "code",
      redirect_uri: `${pageOrigin}/`,
      scope: inboxScope,
      state: "s1",
      nonce: "n1",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...more,
    };
    return go(`/oauth2/v2.0/authorize?${new URLSearchParams(query).toString()}`);
  };
  /** Posts the form of a page, as from that page. */
  const submit = (page: Page, form: Readonly<Record<string, string>>, origin = new URL(page.url).origin) =>
    go(page.url, { method: "POST", body: new URLSearchParams(form), headers: { origin } });

  const signIn = async (username = "ada@contoso.com", more: Readonly<Record<string, string>> = {}): Promise<Page> =>
    submit(await authorize(more), { username, password: identity.secrets.userPassword });

  const tokens = (form: Readonly<Record<string, string>>, origin = pageOrigin) =>
    identity.ask({ client_id: inboxClientId, ...form }, { origin });
  const redeem = ({ url }: Page, more: Readonly<Record<string, string>> = {}, origin?: string) =>
    tokens(
      {
        grant_type: "authorization_code",
        code: new URL(url).searchParams.get("code") ?? "",
        redirect_uri: `${pageOrigin}/`,
        code_verifier: verifier,
        ...more,
      },
      origin,
    );
  const refresh = (refreshToken: string | undefined, more: Readonly<Record<string, string>> = {}) =>
    tokens({ grant_type: "refresh_token", refresh_token: refreshToken ?? "", ...more });

  return { jar, go, authorize, submit, signIn, redeem, refresh };
};
