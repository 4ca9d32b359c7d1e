import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { startIdentity } from "../../../infra/local/identity/identity.ts";
import { secretsIn } from "../../../infra/local/secrets.ts";

export type TokenAnswer = { status: number; type: string | null; body: Record<string, string> };

/** A running provider on a free port, with its own data directory. */
export const identityUnderTest = async () => {
  const directory = await mkdtemp(join(tmpdir(), "fanfare-identity-"));
  const secrets = await secretsIn(directory);
  const keysFile = join(directory, "signing-keys.json");
  let identity = await startIdentity({ port: 0, keysFile, secrets });
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
    issuer: () => identity.issuer,
    ask,
    asApp: (more: Record<string, string> = {}) => ask({ ...appForm, ...more }),
    asUser: (more: Record<string, string> = {}) => ask({ ...userForm, ...more }),
    restart: async () => {
      await identity.stop();
      identity = await startIdentity({ port: Number(new URL(identity.issuer).port), keysFile, secrets });
    },
    stop: async () => {
      await identity.stop();
      await rm(directory, { recursive: true });
    },
  };
};

export const claims = ({ body }: TokenAnswer) => decodeJwt(body.access_token!);
