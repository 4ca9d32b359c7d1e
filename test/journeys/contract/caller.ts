import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import type { LocalStack } from "../../support/stack.ts";

type App = LocalStack["stack"]["apps"][number];

/** One request, as a stranger would write it. */
export type Sent = {
  /** Goes out as `Authorization: Bearer …`. */
  readonly token?: string | undefined;
  /** Goes out as `X-UNS-ID`. */
  readonly unsid?: string | undefined;
  /** Beside those; an array sends the header as often, undefined leaves a default one out. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** Text and bytes go out as they are, everything else as JSON; `application/json` unless the headers say otherwise. */
  readonly body?: unknown;
};

/** What came back. A body that is no JSON makes `json` undefined. */
export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into it
};

/** Someone signed in to an app. */
export type Person = { readonly upn: string; readonly token: string };

/** Speaks HTTP to the stack's public URL. Paths go out byte for byte, which fetch would tidy up. */
export const callerOf = (stack: LocalStack) => {
  const { httpUrl, tokenUrl, apps, users } = stack.stack;
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const appOf = (hostName: string): App => apps.find((app) => app.hostName === hostName)!;
  const sample = appOf("graphnotifications.sample.windows.com");

  /** A path that begins with `/` is the whole path; any other is one below `BASE/me/`. */
  const ask = (method: string, path: string, sent: Sent = {}): Promise<Answer> => {
    stack.confide(sent.body);
    const { hostname, port } = new URL(httpUrl);
    const whole = path.startsWith("/") ? path : `/beta/me/${path}`;
    const body = bodyOf(sent.body);
    return new Promise((resolve, reject) => {
      const asking = request({ agent, hostname, port, method, path: whole, headers: headersOf(sent, body) });
      asking.setTimeout(15_000, () => asking.destroy(new Error(`${method} ${path}: no answer within 15 s`)));
      asking.on("error", reject);
      asking.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: jsonOf(text) });
        });
      });
      asking.end(body);
    });
  };

  /** A token exactly as asked for: without the usual scope, for another audience, for an app role. */
  const oddToken = async (form: Readonly<Record<string, string>>, app: App = sample): Promise<string> => {
    const grant = "username" in form ? { grant_type: "password", password: users[0]!.password } : clientGrant;
    const body = new URLSearchParams({ ...grant, client_id: app.clientId, client_secret: app.clientSecret, ...form });
    const answer = await fetch(tokenUrl, { method: "POST", body, signal: AbortSignal.timeout(10_000) });
    return ((await answer.json()) as { access_token: string }).access_token;
  };

  const person = async (app: App = sample): Promise<Person> => {
    const upn = `${crypto.randomUUID()}@contoso.com`;
    return { upn, token: await stack.token({ app, user: upn }) };
  };

  /** POST of a notification that every rule accepts, but for what is given here. */
  const post = (more: Readonly<Record<string, unknown>>, sent: Sent): Promise<Answer> =>
    ask("POST", "notifications/", { ...sent, body: notification(more) });

  return {
    ask,
    post,
    person,
    oddToken,
    httpUrl,
    base: `${httpUrl}/beta`,
    sample,
    other: appOf("other.contoso.com"),
    blocked: appOf("blocked.contoso.com"),
    close: () => agent.destroy(),
  };
};

export type Caller = ReturnType<typeof callerOf>;

const clientGrant = { grant_type: "client_credentials" };

/** A notification that every rule accepts, but for what is given here. */
export const notification = (more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  targetHostName: "graphnotifications.sample.windows.com",
  appNotificationId: crypto.randomUUID(),
  payload: { rawContent: "hello" },
  ...more,
});

const bodyOf = (body: unknown): string | Uint8Array | undefined =>
  body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);

const headersOf = (
  { token, unsid, headers = {} }: Sent,
  body: string | Uint8Array | undefined,
): OutgoingHttpHeaders => {
  const all: Record<string, string | readonly string[] | number | undefined> = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(unsid !== undefined && { "x-uns-id": unsid }),
    ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    ...headers,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as OutgoingHttpHeaders;
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
