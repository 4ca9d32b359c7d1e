import { createPrivateKey } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { Agent, request, type Dispatcher } from "undici";
import { startFcm, type FcmOptions } from "../../../infra/local/fcm/service.ts";
import { pushControl, type NewDevice, type PushControl } from "../../../infra/local/push/control-client.ts";
import type { PushService } from "../../../infra/local/push/push-service.ts";
import { testFcmAccount } from "../../support/vendor-accounts.ts";

type Account = FcmOptions["account"];

const account: Account = testFcmAccount();

/** A service on free ports with a folder of its own, and a clock the test moves. */
export type LocalService = PushService & {
  readonly control: PushControl;
  readonly account: Account;
  readonly clock: { now: number };
  readonly agent: Dispatcher;
};

export const startLocalService = async (options: Partial<FcmOptions> = {}): Promise<LocalService> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "fanfare-fcm-")));
  const clock = { now: Date.now() };
  const service = await startFcm({
    port: 0,
    controlPort: 0,
    folder,
    isEphemeral: true,
    account,
    receivedKept: 1_000,
    print: undefined,
    now: () => clock.now,
    ...options,
  });
  const agent = new Agent({ connect: { ca: service.ca } });
  const stop = async (): Promise<void> => {
    await agent.destroy();
    await service.stop();
    if (options.folder === undefined) await rm(folder, { recursive: true });
  };
  const control = pushControl(service.controlUrl);
  return { ...service, stop, control, account: options.account ?? account, clock, agent };
};

type Sent = { readonly status: number; readonly headers: Record<string, unknown>; readonly text: string };

const post = async (
  service: LocalService,
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<Sent> => {
  const url = service.url + path;
  const answer = await request(url, { dispatcher: service.agent, method: "POST", headers, body });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
};

type Claims = Readonly<Record<string, unknown>>;

/** An assertion as Google wants it, but for the claims given; one that is undefined is left out. */
export const assertion = (service: LocalService, claims: Claims = {}, header: Claims = {}): Promise<string> => {
  const iat = Math.floor(service.clock.now / 1_000);
  const standard = {
    iss: service.account.clientEmail,
    scope: "https://www.googleapis.com/auth/firebase.messaging",
    aud: "https://oauth2.googleapis.com/token",
    iat,
    exp: iat + 3_600,
  };
  return new SignJWT({ ...standard, ...claims })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: service.account.privateKeyId, ...header })
    .sign(createPrivateKey(service.account.privateKey));
};

export const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** Asks the token endpoint. */
export const askForToken = async (service: LocalService, form: Readonly<Record<string, string>>) => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const { status, text } = await post(service, "/token", headers, new URLSearchParams(form).toString());
  return { status, body: JSON.parse(text) as Readonly<Record<string, unknown>> };
};

export const bearer = async (service: LocalService, claims: Claims = {}): Promise<string> => {
  const form = { grant_type: grantType, assertion: await assertion(service, claims) };
  const { body } = await askForToken(service, form);
  return `Bearer ${String(body.access_token)}`;
};

type Sending = { readonly authorization?: string; readonly project?: string; readonly request?: object };

/** What a message's answer says, whether it was taken or not. */
type Answer = {
  readonly name?: string;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly status: string;
    readonly details?: readonly Readonly<Record<string, unknown>>[];
  };
};

/** Sends a message, or any text in the place of the request, as an app server does. */
export const send = async (service: LocalService, message: object | string, sending: Sending = {}) => {
  const { project = service.account.projectId, request: more = {} } = sending;
  const authorization = sending.authorization ?? (await bearer(service));
  const headers = { "content-type": "application/json", ...(authorization !== "" && { authorization }) };
  const body = typeof message === "string" ? message : JSON.stringify({ message, ...more });
  const {
    status,
    text,
    headers: answered,
  } = await post(service, `/v1/projects/${project}/messages:send`, headers, body);
  const isJson = String(answered["content-type"]).startsWith("application/json");
  return { status, headers: answered, answer: (isJson ? JSON.parse(text) : {}) as Answer };
};

export const tokenOf = ({ channel }: NewDevice): string => String(channel.token);
