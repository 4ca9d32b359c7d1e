import { decodeJwt } from "jose";
import { expect } from "vitest";
import { pushControl, type NewDevice, type PushControl } from "../../infra/local/push/control-client.ts";
import { contentsIn } from "./contents-in.ts";
import type { StackFile } from "./stack.ts";
import { until } from "./until.ts";

type App = StackFile["apps"][number];

type PlatformType = NewDevice["platformType"];

/** A virtual device that is subscribed for a user. */
export type SubscribedDevice = NewDevice & { readonly unsid: string };

/** What the service answered. */
type Answered = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  readonly json: Record<string, unknown>;
};

type Members = Readonly<Record<string, unknown>>;
/** A browser, unless it says otherwise. */
type Device = { readonly deviceId: string; readonly platformType?: PlatformType };

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
  /** Subscribes a device for a user, or renews that; with more members of a subscription, such as a `notificationType`. */
  readonly subscribe: (device: NewDevice, user: string, app?: App, more?: Members) => Promise<SubscribedDevice>;
  /** A new virtual device, subscribed for a user, a browser by default; on any other the user is signed in to the app, which reads the feed. */
  readonly device: (user: string, app?: App, platform?: PlatformType, more?: Members) => Promise<SubscribedDevice>;
  /** The control of the push service that pushes to a platform. */
  readonly pushTo: (platform: PlatformType) => PushControl;
  /** Posts a notification; host name, appNotificationId and content have defaults. */
  readonly post: (
    notification: Readonly<Record<string, unknown>>,
    to: Who & { readonly unsid?: string; readonly headers?: Readonly<Record<string, string>> },
  ) => Promise<Answered>;
  /** Posts raw content to a device's user, expects 201, and resolves to the content. */
  readonly send: (rawContent: string, device: SubscribedDevice) => Promise<string>;
  /** What a person sees of the toasts a device shows now, oldest first: raw contents, and titles with bodies ("Hello: there"). */
  readonly shown: (device: Device) => Promise<string[]>;
  /** Resolves once a device shows exactly these, in any order. */
  readonly shows: (device: Device, contents: readonly string[], within?: number) => Promise<void>;
  /** The statuses the push service answered this device's pushes with, in order. */
  readonly attemptsAt: (device: Device) => Promise<(number | null)[]>;
  /** Every token, UNSID, endpoint and device key that was handed out here. */
  readonly issued: () => readonly string[];
  /** Notes what of a request's body is its user's alone: the texts of a notification's content. Whoever posts by other means tells it. */
  readonly confide: (body: unknown) => void;
  /** All that was noted so, and the names and ids of the people and devices that were here. */
  readonly confided: () => readonly string[];
};

/** `answerWithinMs`: how long an answer is waited for. */
export const stackClient = (stack: StackFile, push: PushControl, answerWithinMs = 15_000): StackClient => {
  const firstApp = stack.apps[0]!;
  const tokens = new Map<string, Promise<string>>();
  const issued = new Set(stack.devices.map(({ unsid }) => unsid));
  const confided = new Set<string>();
  const confide = (body: unknown): void => contentsIn(body).forEach((text) => confided.add(text));

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
    if (user !== undefined) for (const name of [user, String(decodeJwt(token).oid)]) confided.add(name);
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

  const controls: Readonly<Record<PlatformType, PushControl>> = {
    WebPush: push,
    Windows: pushControl(stack.wns.controlUrl),
    iOS: pushControl(stack.apns.controlUrl),
    Android: pushControl(stack.fcm.controlUrl),
  };
  const pushTo: StackClient["pushTo"] = (platform) => controls[platform];

  const subscribe: StackClient["subscribe"] = async (device, user, app = firstApp, more = {}) => {
    const { platformType, deviceId, channel } = device;
    for (const secret of secretsIn(channel)) issued.add(secret);
    confided.add(deviceId);
    const answer = await postJson(
      "/subscriptions",
      { targetHostName: app.hostName, platformType, deviceId, channel, ...more },
      { authorization: `Bearer ${await token({ app, user })}` },
    );
    expect([200, 201], answer.text).toContain(answer.status);
    const unsid = String(answer.json.userNotificationSubscriptionId);
    issued.add(unsid);
    return { ...device, unsid };
  };
  const device: StackClient["device"] = async (user, app = firstApp, platform = "WebPush", more = {}) => {
    const control = pushTo(platform);
    const subscribed = await subscribe(await control.createDevice(), user, app, more);
    if (platform === "WebPush") return subscribed;
    const { httpUrl, tokenUrl, users } = stack;
    const { hostName: targetHostName, clientId, clientSecret } = app;
    const signedIn = { username: user, password: users[0]!.password, targetHostName, unsid: subscribed.unsid };
    await control.setAccount(subscribed.deviceId, { httpUrl, tokenUrl, clientId, clientSecret, ...signedIn });
    // An app that has just been signed in to reads the feed, and would show by itself what is posted before that.
    const hasRead = async (): Promise<boolean> =>
      (await control.devices()).some(({ deviceId, app: its }) => deviceId === subscribed.deviceId && its?.isUpToDate);
    await until(hasRead, { what: `${subscribed.name} has read the feed` });
    return subscribed;
  };

  const post: StackClient["post"] = async (notification, { app = firstApp, user, unsid, headers = {} }) => {
    confide(notification);
    return postJson(
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
  };
  const send: StackClient["send"] = async (rawContent, { unsid }) => {
    const { status, text } = await post({ payload: { rawContent } }, { unsid });
    expect(status, text).toBe(201);
    return rawContent;
  };

  const shown: StackClient["shown"] = async ({ deviceId, platformType = "WebPush" }) => {
    const found = (await pushTo(platformType).devices()).find((one) => one.deviceId === deviceId);
    // A browser's page is not ours: its toasts are the push messages it was handed.
    return (found?.screen ?? []).map(({ content }) => (platformType === "WebPush" ? rawContentOf(content) : content));
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
    device,
    pushTo,
    post,
    send,
    shown,
    shows,
    attemptsAt: async ({ deviceId, platformType = "WebPush" }) =>
      (await pushTo(platformType).received()).filter((one) => one.deviceId === deviceId).map(({ status }) => status),
    issued: () => [...issued],
    confide,
    confided: () => [...confided],
  };
};

/** What names a device at its push service, and what is encrypted with: nobody else's business. */
const secretsIn = ({ endpoint, keys = {}, uri, token }: NewDevice["channel"]): string[] => {
  const addresses = [endpoint, uri].flatMap((url) => (typeof url === "string" ? new URL(url) : []));
  const parts = addresses.flatMap(({ pathname, search }) => [pathname, search]).filter((part) => part.length > 1);
  return [...parts, ...Object.values(keys as Record<string, string>), ...(typeof token === "string" ? [token] : [])];
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
