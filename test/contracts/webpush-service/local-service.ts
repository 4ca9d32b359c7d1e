import { createECDH } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importJWK, SignJWT } from "jose";
import { Agent, request, type Dispatcher } from "undici";
import webPush from "web-push";
import { pushControl, type NewDevice, type PushControl } from "../../../infra/local/push/control-client.ts";
import type { PushService } from "../../../infra/local/push/push-service.ts";
import { startWebPush, type WebPushOptions } from "../../../infra/local/webpush/service.ts";

/** An application server's key pair as settings have it: base64url. */
export type ServerKeys = { readonly publicKey: string; readonly privateKey: string };

export const newServerKeys = (): ServerKeys => webPush.generateVAPIDKeys();

/** A service on free ports with a folder of its own, and a clock the test moves. */
export type LocalService = PushService & {
  readonly control: PushControl;
  readonly keys: ServerKeys;
  readonly clock: { now: number };
  readonly printed: string[];
  readonly alarms: string[];
  readonly agent: Dispatcher;
};

type Options = Partial<WebPushOptions> & { readonly keys?: ServerKeys };

export const startLocalService = async ({
  keys = newServerKeys(),
  ...options
}: Options = {}): Promise<LocalService> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "fanfare-webpush-")));
  const clock = { now: Date.now() };
  const printed: string[] = [];
  const alarms: string[] = [];
  const service = await startWebPush({
    port: 0,
    controlPort: 0,
    folder,
    isEphemeral: true,
    applicationServerKey: keys.publicKey,
    receivedKept: 1_000,
    print: (line) => printed.push(line),
    alarm: (line) => alarms.push(line),
    now: () => clock.now,
    ...options,
  });
  const agent = new Agent({ connect: { ca: service.ca } });
  const stop = async (): Promise<void> => {
    await agent.destroy();
    await service.stop();
    if (options.folder === undefined) await rm(folder, { recursive: true });
  };
  return { ...service, stop, control: pushControl(service.controlUrl), keys, clock, printed, alarms, agent };
};

/** By which an app pushes to this service, with its keys. */
export const pushSettingsOf = ({ url, ca, keys }: LocalService): Record<string, string> => ({
  PUSH_HOSTS_EXTRA: new URL(url).host,
  PUSH_EXTRA_CA: ca,
  VAPID_PUBLIC_KEY: keys.publicKey,
  VAPID_PRIVATE_KEY: keys.privateKey,
});

type Claims = Readonly<Record<string, unknown>>;

/** `Authorization: vapid …` as RFC 8292 wants it, but for the claims given; one that is undefined is left out. */
export const vapid = async (
  service: LocalService,
  claims: Claims = {},
  keys: ServerKeys = service.keys,
): Promise<string> => {
  const exp = Math.floor(service.clock.now / 1000) + 3600;
  return `vapid t=${await token({ aud: service.url, exp, sub: "mailto:operator@contoso.com", ...claims }, keys)}, k=${keys.publicKey}`;
};

export const token = async (
  claims: Claims,
  { privateKey }: ServerKeys,
  header = { alg: "ES256", typ: "JWT" },
): Promise<string> => {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(privateKey, "base64url");
  const point = pair.getPublicKey();
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: privateKey,
    x: point.toString("base64url", 1, 33),
    y: point.toString("base64url", 33),
  };
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(jwk, "ES256"));
};

type Sent = { readonly status: number; readonly headers: Record<string, unknown>; readonly body: string };
type Sending = {
  readonly content?: string;
  /** Instead of the encrypted content. */
  readonly body?: Buffer;
  /** Besides, or instead of, what a proper push has; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly path?: string;
};

/** Pushes to a device as an application server does. */
export const push = async (service: LocalService, device: NewDevice, sending: Sending = {}): Promise<Sent> => {
  const { endpoint, keys } = device.channel as { endpoint: string; keys: { p256dh: string; auth: string } };
  const { content = "hello", body = webPush.encrypt(keys.p256dh, keys.auth, content, "aes128gcm").cipherText } =
    sending;
  const wanted: Record<string, string | null> = {
    ttl: "60",
    "content-encoding": "aes128gcm",
    authorization: await vapid(service),
    ...sending.headers,
  };
  const headers = Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== null);
  const url = sending.path === undefined ? endpoint : service.url + sending.path;
  return send(service, "POST", url, Object.fromEntries(headers), body);
};

export const send = async (
  service: LocalService,
  method: Dispatcher.HttpMethod,
  url: string,
  headers: Record<string, string> = {},
  body: Buffer | null = null,
): Promise<Sent> => {
  const response = await request(url, { dispatcher: service.agent, method, headers, body });
  return { status: response.statusCode, headers: response.headers, body: await response.body.text() };
};
