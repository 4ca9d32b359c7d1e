import { createPrivateKey } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import {
  connect,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { startApns, type Apns, type ApnsOptions } from "../../../infra/local/apns/service.ts";
import { pushControl, type NewDevice, type PushControl } from "../../../infra/local/push/control-client.ts";
import { newApnsAccount, type VendorAccounts } from "../../../infra/local/vendor-accounts.ts";

type Account = VendorAccounts["apns"];
export const newAccount = newApnsAccount;

/** A service on free ports with a folder of its own, and a clock the test moves. */
export type LocalApns = Apns & {
  readonly control: PushControl;
  readonly account: Account;
  readonly clock: { now: number };
  readonly printed: string[];
  /** A new connection; it ends with the service. */
  readonly connect: (host?: "127.0.0.1" | "localhost") => ClientHttp2Session;
  /** A provider token of the account, issued now; the claims and header given take the place of its own. */
  readonly providerToken: (claims?: object, header?: object, account?: Account) => Promise<string>;
  /** Stops the service, and leaves it to it to end the connections. */
  readonly stopAlone: () => Promise<void>;
  /** What the control API answers. */
  readonly call: (method: string, path: string, body?: object) => Promise<{ status: number; json: unknown }>;
};

export const startLocalApns = async (options: Partial<ApnsOptions> = {}): Promise<LocalApns> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "fanfare-apns-")));
  const account = options.account ?? newAccount();
  const clock = { now: Date.now() };
  const printed: string[] = [];
  const service = await startApns({
    port: 0,
    controlPort: 0,
    folder,
    isEphemeral: true,
    account,
    receivedKept: 1_000,
    print: (line) => printed.push(line),
    now: () => clock.now,
    ...options,
  });
  const sessions: ClientHttp2Session[] = [];
  return {
    ...service,
    control: pushControl(service.controlUrl),
    account,
    clock,
    printed,
    connect: (host = "127.0.0.1") => {
      const session = connect(service.url.replace("127.0.0.1", host), { ca: service.ca });
      session.on("error", () => undefined);
      sessions.push(session);
      return session;
    },
    providerToken: (claims = {}, header = {}, by = account) =>
      new SignJWT({ iss: by.teamId, iat: Math.floor(clock.now / 1000), ...claims })
        .setProtectedHeader({ alg: "ES256", kid: by.keyId, ...header })
        .sign(createPrivateKey(by.privateKey)),
    call: async (method, path, body) => {
      const response = await fetch(service.controlUrl + path, { method, ...(body && { body: JSON.stringify(body) }) });
      return { status: response.status, json: await response.json() };
    },
    stopAlone: service.stop,
    stop: async () => {
      for (const session of sessions) session.destroy();
      await service.stop();
      if (options.folder === undefined) await rm(folder, { recursive: true });
    },
  };
};

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed; undefined when there is none. */
  readonly body: unknown;
};

/** Sends one request; rejects when it is not answered. */
const send = (session: ClientHttp2Session, headers: OutgoingHttpHeaders, body: string | Buffer = ""): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const stream = session.request(headers);
    let answer: IncomingHttpHeaders & IncomingHttpStatusHeader = {};
    const chunks: Buffer[] = [];
    stream.once("response", (came) => {
      answer = came;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.once("error", reject);
    stream.once("close", () => {
      const { ":status": status } = answer;
      const text = Buffer.concat(chunks).toString();
      if (status === undefined) reject(new Error(`no answer (${stream.rstCode})`));
      else resolve({ status, headers: answer, body: text === "" ? undefined : JSON.parse(text) });
    });
    stream.end(body);
  });

export type Sending = {
  /** Besides, or instead of, what a proper alert has; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | string[] | null>>;
  /** The body: JSON, or as it is. */
  readonly body?: object | string | Buffer;
};

export const alert = (title: string, beside: object = {}): object => ({ aps: { alert: { title } }, ...beside });
export const background = (beside: object = {}): object => ({ aps: { "content-available": 1 }, ...beside });
export const asBackground = { "apns-push-type": "background", "apns-priority": "5" };

/** Who pushes to a service over one connection: with one provider token, to this device unless the headers say another path. */
export const pusher = (
  session: ClientHttp2Session,
  providerToken: string,
): ((device: NewDevice, sending?: Sending) => Promise<Answer>) => {
  return (device, { headers = {}, body = alert("hello") } = {}) => {
    const wanted: Sending["headers"] = {
      ":method": "POST",
      ":path": `/3/device/${String(device.channel.token)}`,
      authorization: `bearer ${providerToken}`,
      "apns-topic": String(device.channel.bundleId),
      "apns-push-type": "alert",
      "apns-priority": "10",
      ...headers,
    };
    const present = Object.entries(wanted).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
    const isText = typeof body === "string" || Buffer.isBuffer(body);
    return send(session, Object.fromEntries(present), isText ? body : JSON.stringify(body));
  };
};
