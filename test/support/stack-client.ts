import { expect } from "vitest";
import type { NewDevice, PushControl } from "../../infra/local/push/control-client.ts";
import type { StackFile } from "./stack.ts";
import { until } from "./until.ts";

type App = StackFile["apps"][number];

/** A virtual browser that is subscribed for a user. */
export type SubscribedDevice = NewDevice & { readonly unsid: string };

/** What the service answered. */
type Answered = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  readonly json: Record<string, unknown>;
};

type Who = {
  /** The app that calls, and whose host name is meant; the first of the stack by default. */
  readonly app?: App;
  /** The signed-in user of a delegated token; without one the token is app-only. */
  readonly user?: string;
};

/** What app servers, client apps and devices do. Every answer is awaited with a deadline. */
export type StackClient = {
  /** A token, asked for once for each app and user. */
  readonly token: (who?: Who) => Promise<string>;
  /** Subscribes a device for a user, or renews that. */
  readonly subscribe: (device: NewDevice, user: string, app?: App) => Promise<SubscribedDevice>;
  /** A new virtual browser, subscribed for a user. */
  readonly device: (user: string, app?: App) => Promise<SubscribedDevice>;
  /** Posts a notification; host name, appNotificationId and content have defaults. */
  readonly post: (
    notification: Readonly<Record<string, unknown>>,
    to: Who & { readonly unsid?: string; readonly headers?: Readonly<Record<string, string>> },
  ) => Promise<Answered>;
  /** Posts raw content to a device's user, expects 201, and resolves to the content. */
  readonly send: (rawContent: string, device: SubscribedDevice) => Promise<string>;
  /** The raw contents of the toasts a device shows now, oldest first. */
  readonly shown: (device: { readonly deviceId: string }) => Promise<string[]>;
  /** Resolves once a device shows exactly these raw contents, in any order. */
  readonly shows: (
    device: { readonly deviceId: string },
    contents: readonly string[],
    within?: number,
  ) => Promise<void>;
  /** The statuses the push service answered this device's pushes with, in order. */
  readonly attemptsAt: (device: { readonly deviceId: string }) => Promise<(number | null)[]>;
  /** Every token, UNSID, endpoint and device key that was handed out here. */
  readonly issued: () => readonly string[];
};

/** `answerWithinMs`: how long an answer is waited for. */
export const stackClient = (stack: StackFile, push: PushControl, answerWithinMs = 15_000): StackClient => {
  const firstApp = stack.apps[0]!;
  const tokens = new Map<string, Promise<string>>();
  const issued = new Set(stack.devices.map(({ unsid }) => unsid));

  const ask = (url: string, request: RequestInit): Promise<Answered> => askWithin(answerWithinMs, url, request);

  const newToken = async (app: App, user: string | undefined): Promise<string> => {
    const grant =
      user === undefined
        ? { grant_type: "client_credentials" }
        : { grant_type: "password", username: user, password: stack.users[0]!.password };
    const form = { ...grant, client_id: app.clientId, client_secret: app.clientSecret };
    const { json } = await ask(stack.tokenUrl, { method: "POST", body: new URLSearchParams(form) });
    const token = String(json.access_token);
    issued.add(token);
    return token;
  };
  const token: StackClient["token"] = ({ app = firstApp, user } = {}) => {
    const key = `${app.clientId} ${user ?? ""}`;
    const kept = tokens.get(key) ?? newToken(app, user);
    tokens.set(key, kept);
    return kept;
  };

  const postJson = async (path: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Answered> =>
    ask(`${stack.httpUrl}/beta/me/notifications${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  const subscribe: StackClient["subscribe"] = async (device, user, app = firstApp) => {
    const { platformType, deviceId, channel } = device;
    const { pathname } = new URL(String(channel.endpoint));
    for (const secret of [pathname, ...Object.values(channel.keys as Record<string, string>)]) issued.add(secret);
    const answer = await postJson(
      "/subscriptions",
      { targetHostName: app.hostName, platformType, deviceId, channel },
      { authorization: `Bearer ${await token({ app, user })}` },
    );
    expect([200, 201], answer.text).toContain(answer.status);
    const unsid = String(answer.json.userNotificationSubscriptionId);
    issued.add(unsid);
    return { ...device, unsid };
  };

  const post: StackClient["post"] = async (notification, { app = firstApp, user, unsid, headers = {} }) =>
    postJson(
      "/",
      {
        targetHostName: app.hostName,
        appNotificationId: crypto.randomUUID(),
        payload: { rawContent: "hello" },
        ...notification,
      },
      {
        authorization: `Bearer ${await token(user === undefined ? { app } : { app, user })}`,
        ...(unsid !== undefined && { "x-uns-id": unsid }),
        ...headers,
      },
    );
  const send: StackClient["send"] = async (rawContent, { unsid }) => {
    const { status, text } = await post({ payload: { rawContent } }, { unsid });
    expect(status, text).toBe(201);
    return rawContent;
  };

  const shown: StackClient["shown"] = async ({ deviceId }) => {
    const device = (await push.devices()).find((one) => one.deviceId === deviceId);
    return (device?.screen ?? []).map(({ content }) => rawContentOf(content));
  };
  const shows: StackClient["shows"] = async (device, contents, within = 15_000) => {
    const wanted = contents.toSorted();
    const isShown = async (): Promise<boolean> => {
      expect((await shown(device)).toSorted()).toEqual(wanted);
      return true;
    };
    await until(isShown, { within, what: `${contents.length} toasts: ${wanted.join(", ")}` });
  };

  return {
    token,
    subscribe,
    device: async (user, app) => subscribe(await push.createDevice(), user, app),
    post,
    send,
    shown,
    shows,
    attemptsAt: async ({ deviceId }) =>
      (await push.received()).filter((one) => one.deviceId === deviceId).map(({ status }) => status),
    issued: () => [...issued],
  };
};

/** What the app on a device makes of a push message: the envelope of contract 5. */
export const rawContentOf = (content: string | null): string => {
  const { notification } = JSON.parse(content ?? "{}") as { notification?: { payload: { rawContent: string } } };
  return notification?.payload.rawContent ?? "(a tap)";
};

const askWithin = async (milliseconds: number, url: string, request: RequestInit): Promise<Answered> => {
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(milliseconds) });
  const text = await answer.text();
  const json = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: answer.status, headers: answer.headers, text, json };
};
