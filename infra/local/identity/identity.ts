import { createServer } from "node:http";
import { listen, type Running } from "../part.ts";
import type { Secrets } from "../secrets.ts";
import { configuration } from "./configuration.ts";
import { addGrants } from "./grants.ts";
import { loadOidcLibrary } from "./oidc-library.ts";
import { signInListener, type SignInOptions } from "./sign-in.ts";
import { openSignIns } from "./sign-ins.ts";
import { signingKeys } from "./signing-keys.ts";

export type IdentityOptions = {
  readonly port: number;
  /** Where the signing keys are kept, and who has signed in; without them nothing is. */
  readonly files?: { readonly signingKeys: string; readonly signIns: string } | undefined;
  readonly secrets: Pick<Secrets, "apps" | "tenantId" | "userPassword">;
  /** The inbox page, whose users sign in by a form; without it there is neither. */
  readonly page?: Omit<SignInOptions, "userPassword"> | undefined;
};

/**
 * An OpenID provider on loopback whose tokens look like Entra's v2.0 ones. Any user name signs in with the one password; the apps of the
 * secrets are its clients, and the inbox page. Discovery at `<issuer>/.well-known/openid-configuration`.
 */
export const startIdentity = async ({
  port: wantedPort,
  files,
  secrets,
  page,
}: IdentityOptions): Promise<Running & { issuer: string }> => {
  const [library, keys, signIns] = await Promise.all([
    loadOidcLibrary(),
    signingKeys(files?.signingKeys),
    openSignIns(files?.signIns),
  ]);
  const server = createServer();
  const port = await listen(server, "identity", "identity", wantedPort);
  const issuer = `http://127.0.0.1:${port}`;
  const pageOrigins = page?.pageOrigins ?? [];
  const provider = new library.Provider(issuer, configuration({ library, keys, signIns, secrets, port, pageOrigins }));
  addGrants({ provider, errors: library.errors }, secrets.userPassword);
  provider.on("server_error", (_ctx, error) => console.error(error));
  const answer = provider.callback();
  const answersItself = page && signInListener(provider, { ...page, userPassword: secrets.userPassword });
  server.on("request", (request, response) => {
    if (!answersItself?.(request, response)) void answer(request, response);
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { ready: `Identity ready, issuer ${issuer}`, stop, issuer };
};
