import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { browserUrlOf } from "../../../infra/local/webpush/browsers/browser-url.ts";
import { messageOpener } from "../../../infra/local/webpush/open-message.ts";
import { newSubscriptionKeys } from "../../../infra/local/webpush/subscription-keys.ts";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import type { LocalService } from "./local-service.ts";

export type Heard = Readonly<Record<string, unknown>> & { readonly messageType?: string };
type Ended = { readonly code: number; readonly reason: string };

/** The WebSocket end of a browser, which tests speak through word by word. */
export type BrowserClient = {
  /** Sends JSON, or a text or bytes as they are. */
  readonly say: (message: object | string | Buffer) => void;
  /** The next message of this kind that nobody has taken yet. */
  readonly hear: (messageType: string) => Promise<Heard>;
  /** Resolves, with all notifications nobody has taken yet, when everything said before this was answered. */
  readonly notifications: () => Promise<readonly Heard[]>;
  readonly ended: Promise<Ended>;
  /** Breaks the connection without a word; resolves when the socket is gone. */
  readonly drop: () => Promise<void>;
};

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";

/** Connects as Firefox does, which names the address itself as its origin. */
export const connectBrowser = async (service: LocalService, userAgent = firefox): Promise<BrowserClient> => {
  const url = browserUrlOf(service.controlUrl);
  const socket = new WebSocket(url, "push-notification", { origin: url, headers: { "user-agent": userAgent } });
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  socket.on("message", (data: Buffer) => {
    heard.push(JSON.parse(data.toString("utf8")) as Heard);
    for (const look of waiting) look();
  });
  const ended = new Promise<Ended>((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString("utf8") }));
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });

  const hear = (messageType: string): Promise<Heard> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const index = heard.findIndex((message) => (message.messageType ?? "pong") === messageType);
        if (index < 0) return;
        waiting.delete(look);
        const [found] = heard.splice(index, 1);
        if (found) resolve(found);
      };
      waiting.add(look);
      void ended.then(({ code, reason }) => reject(new Error(`closed with ${code}: ${reason}`)));
      look();
    });
  const say: BrowserClient["say"] = (message) =>
    socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));

  return {
    say,
    hear,
    notifications: async () => {
      say({});
      await hear("pong");
      const told = heard.filter(({ messageType }) => messageType === "notification");
      for (const message of told) heard.splice(heard.indexOf(message), 1);
      return told;
    },
    ended,
    drop: async () => {
      socket.terminate();
      await ended;
    },
  };
};

/** Connects and says hello, as a new browser or as one that was here before. */
export const helloBrowser = async (
  service: LocalService,
  said: { readonly uaid?: string } = {},
): Promise<BrowserClient & { readonly uaid: string }> => {
  const client = await connectBrowser(service);
  client.say({ messageType: "hello", broadcasts: {}, use_webpush: true, ...said });
  const { uaid } = await client.hear("hello");
  return { ...client, uaid: String(uaid) };
};

/** A subscription as its page knows it: `push` sends to it, and what comes can be decrypted. */
type PageSubscription = NewDevice & {
  readonly channelID: string;
  readonly open: (notification: Heard | undefined) => string | undefined;
};

/** Registers a channel, and makes its keys as the browser does. Padding is what Firefox sends. */
export const subscribeOn = async (client: BrowserClient, key: string | undefined): Promise<PageSubscription> => {
  const channelID = randomUUID();
  client.say({ messageType: "register", channelID, ...(key !== undefined && { key: `${key}=` }) });
  const { pushEndpoint } = await client.hear("register");
  const keys = newSubscriptionKeys(null);
  const channel = { endpoint: pushEndpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } };
  return {
    channelID,
    name: "",
    deviceId: "",
    platformType: "WebPush",
    channel,
    open: (notification) => {
      const opened = messageOpener(keys)(Buffer.from(String(notification?.data), "base64url"));
      return opened.kind === "opened" ? opened.content : undefined;
    },
  };
};

/** Says how a browser fared with what it was told. */
export const acknowledge = (client: BrowserClient, notification: Heard | undefined, code?: number): void => {
  const { channelID, version } = notification ?? {};
  client.say({ messageType: "ack", updates: [{ channelID, version, ...(code !== undefined && { code }) }] });
};
