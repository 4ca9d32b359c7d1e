import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request, type Dispatcher } from "undici";
import { pushControl, type NewDevice, type PushControl } from "../../../infra/local/push/control-client.ts";
import type { PushService } from "../../../infra/local/push/push-service.ts";
import { newWnsAccount, type VendorAccounts } from "../../../infra/local/vendor-accounts.ts";
import { startWns, type WnsOptions } from "../../../infra/local/wns/service.ts";

/** A service on free ports with a folder of its own, and a clock the test moves. */
export type LocalWns = PushService & {
  readonly control: PushControl;
  readonly account: VendorAccounts["wns"];
  readonly clock: { now: number };
  readonly printed: string[];
  readonly agent: Dispatcher;
};

export const startLocalWns = async (options: Partial<WnsOptions> = {}): Promise<LocalWns> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "fanfare-wns-")));
  const clock = { now: Date.now() };
  const printed: string[] = [];
  const account = options.account ?? newWnsAccount();
  const service = await startWns({
    port: 0,
    controlPort: 0,
    folder,
    isEphemeral: true,
    receivedKept: 1_000,
    print: (line) => printed.push(line),
    now: () => clock.now,
    ...options,
    account,
  });
  const agent = new Agent({ connect: { ca: service.ca } });
  const stop = async (): Promise<void> => {
    await agent.destroy();
    await service.stop();
    if (options.folder === undefined) await rm(folder, { recursive: true });
  };
  return { ...service, stop, control: pushControl(service.controlUrl), account, clock, printed, agent };
};

type Answer = { readonly status: number; readonly headers: Record<string, unknown>; readonly body: string };
type Headers = Readonly<Record<string, string | null>>;
type Sending = {
  readonly headers?: Headers;
  readonly body?: string | Buffer | AsyncIterable<Buffer> | null;
  readonly method?: Dispatcher.HttpMethod;
};

/** Sends a request; a header that is null is left out. */
export const send = async (
  { agent }: LocalWns,
  url: string,
  { headers = {}, body = null, method = "POST" }: Sending = {},
): Promise<Answer> => {
  const given = Object.fromEntries(Object.entries(headers).filter((one): one is [string, string] => one[1] !== null));
  const content = body !== null && typeof body === "object" && Symbol.asyncIterator in body ? toStream(body) : body;
  const answer = await request(url, { dispatcher: agent, method, headers: given, body: content });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
};
const toStream = (chunks: AsyncIterable<Buffer>): Buffer => chunks as unknown as Buffer; // undici takes both

export type Form = Readonly<Record<string, string | null>>;

/** A token request as an app with an app registration makes it, but for the members given; null leaves one out. */
export const askForToken = (service: LocalWns, form: Form = {}, path = "/oauth2/v2.0/token"): Promise<Answer> => {
  const { clientId, clientSecret } = service.account;
  const whole: Form = {
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
    scope: "https://wns.windows.com/.default",
    ...form,
  };
  const given = Object.entries(whole).filter((one): one is [string, string] => one[1] !== null);
  return send(service, service.url + path, {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(given).toString(),
  });
};

export const newToken = async (service: LocalWns): Promise<string> =>
  (JSON.parse((await askForToken(service)).body) as { access_token: string }).access_token;

export const uriOf = ({ channel }: NewDevice): string => String(channel.uri);

export const toastOf = (title: string, more = ""): string =>
  `<toast launch="{&quot;notificationId&quot;:&quot;id-of-${title}&quot;}"><visual><binding template="ToastGeneric"><text>${title}</text>${more}</binding></visual></toast>`;

/** Pushes a toast as an app server does, but for what is given. */
export const pushToast = (
  service: LocalWns,
  device: NewDevice,
  token: string,
  { headers = {}, body = toastOf("Hello") }: Sending = {},
): Promise<Answer> =>
  send(service, uriOf(device), {
    headers: { authorization: `Bearer ${token}`, "content-type": "text/xml", "x-wns-type": "wns/toast", ...headers },
    body,
  });

/** The same for a raw notification. */
export const pushRaw = (
  service: LocalWns,
  device: NewDevice,
  token: string,
  { headers = {}, body = "raw" }: Sending = {},
): Promise<Answer> =>
  pushToast(service, device, token, {
    headers: { "content-type": "application/octet-stream", "x-wns-type": "wns/raw", ...headers },
    body,
  });
