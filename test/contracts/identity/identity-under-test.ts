import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { startIdentity } from "../../../infra/local/identity/identity.ts";
import { secretsIn } from "../../../infra/local/secrets.ts";

export type TokenAnswer = { status: number; type: string | null; body: Record<string, string> };

/** Where the inbox page is, for the provider: nobody is there. */
export const pageOrigins = ["http://127.0.0.1:7171", "http://localhost:7171"] as const;

/** A running provider on a free port, with its own data directory; it keeps nothing if it is ephemeral. */
export const identityUnderTest = async ({ ephemeral = false } = {}) => {
  const directory = await mkdtemp(join(tmpdir(), "fanfare-identity-"));
  const secrets = await secretsIn(directory);
  const keysFile = join(directory, "signing-keys.json");
  const signInsFile = join(directory, "sign-ins.json");
  const start = (port: number) =>
    startIdentity({
      port,
      files: ephemeral ? undefined : { signingKeys: keysFile, signIns: signInsFile },
      secrets,
      page: { pageOrigins, defaultUser: "graphnotify@contoso.com", passwordCommand: "print 'the' <password>" },
    });
  let identity = await start(0);
  const app = secrets.apps[0]!;

  const ask = async (form: Record<string, string>, headers: Record<string, string> = {}): Promise<TokenAnswer> => {
    const body = new URLSearchParams(form);
    const answer = await fetch(`${identity.issuer}/oauth2/v2.0/token`, { method: "POST", body, headers });
    return { status: answer.status, type: answer.headers.get("content-type"), body: (await answer.json()) as never };
  };
  const appForm = { grant_type: "client_credentials", client_id: app.clientId, client_secret: app.clientSecret };
  const userForm = { ...appForm, grant_type: "password", username: "ada@contoso.com", password: secrets.userPassword };

  return {
    app,
    secrets,
    keysFile,
    signInsFile,
    issuer: () => identity.issuer,
    ask,
    asApp: (more: Record<string, string> = {}) => ask({ ...appForm, ...more }),
    asUser: (more: Record<string, string> = {}) => ask({ ...userForm, ...more }),
    /** `meanwhile` runs while it is down. */
    restart: async (meanwhile: () => Promise<void> = () => Promise.resolve()) => {
      await identity.stop();
      await meanwhile();
      identity = await start(Number(new URL(identity.issuer).port));
    },
    stop: async () => {
      await identity.stop();
      await rm(directory, { recursive: true });
    },
  };
};

export const claims = ({ body }: TokenAnswer) => decodeJwt(body.access_token!);
