import { globalAgent } from "node:https";
import apn from "@parse/node-apn";
import { importPKCS8, SignJWT } from "jose";
import { Agent, request } from "undici";
import webpush from "web-push";
import type { Channel } from "../../../shared/subscription/subscription.ts";
import type { LocalVendors, VendorName } from "./local-vendors.ts";
import { content } from "./ours.ts";

/** What one would use without Fanfare, by vendor: sends the same once. `isSequential`: it does one after another. */
export type Theirs = {
  readonly name: string;
  readonly isSequential: boolean;
  /** Rejects when it is not taken. */
  readonly send: (channel: Channel) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Each is ready: tokens and connections, where it has them, come with the first push. */
export const theirs = async (vendors: LocalVendors): Promise<Record<VendorName, Theirs>> => ({
  webpush: plainWebPush(vendors),
  apns: nodeApn(vendors),
  fcm: await sequentialFcm(vendors),
  wns: sequentialWns(vendors),
});

const plainWebPush = ({ at, vapid }: LocalVendors): Theirs => {
  globalAgent.options.ca = at.webpush.ca; // the library as it comes: Node's own agent, which keeps connections
  const vapidDetails = { subject: "mailto:bench@fanfare.example", ...vapid };
  return {
    name: "web-push",
    isSequential: false,
    send: async (channel) => {
      if (channel.kind !== "webpush") return;
      await webpush.sendNotification(channel, content.raw, {
        vapidDetails,
        TTL: 3_600,
        urgency: "high",
        timeout: 30_000,
      });
    },
    close: () => Promise.resolve(),
  };
};

const nodeApn = ({ at, accounts: { apns } }: LocalVendors): Theirs => {
  const { hostname, port } = new URL(at.apns.url);
  const provider = new apn.Provider({
    token: { key: Buffer.from(apns.privateKey), keyId: apns.keyId, teamId: apns.teamId },
    production: true,
    address: hostname,
    port: Number(port),
    ca: [at.apns.ca],
  });
  return {
    name: "@parse/node-apn",
    isSequential: false,
    send: async (channel) => {
      if (channel.kind !== "apns") return;
      const { title, body } = content.visual;
      const notification = new apn.Notification({ aps: { alert: { title, body }, sound: "default" } });
      Object.assign(notification, { topic: channel.bundleId, pushType: "alert", priority: 10 });
      notification.expiry = Math.floor(Date.now() / 1_000) + 3_600;
      notification.collapseId = crypto.randomUUID();
      const { failed } = await provider.send(notification, channel.token);
      if (failed[0])
        throw new Error(`apns: ${String(failed[0].status)} ${failed[0].response?.reason ?? String(failed[0].error)}`);
    },
    close: () => provider.shutdown(),
  };
};

const taken = async (response: Awaited<ReturnType<typeof request>>): Promise<unknown> => {
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}: ${text}`);
  return text === "" ? undefined : (JSON.parse(text) as unknown);
};

const tokenOf = async (response: Awaited<ReturnType<typeof request>>): Promise<string> => {
  const answer = (await taken(response)) as { readonly access_token: string };
  return `Bearer ${answer.access_token}`;
};

const sequentialFcm = async ({ at, accounts: { fcm } }: LocalVendors): Promise<Theirs> => {
  const dispatcher = new Agent({ connect: { ca: at.fcm.ca } });
  const assertion = await new SignJWT({ scope: "https://www.googleapis.com/auth/firebase.messaging" })
    .setProtectedHeader({ alg: "RS256", kid: fcm.privateKeyId })
    .setIssuer(fcm.clientEmail)
    .setAudience(`${at.fcm.url}/token`)
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(await importPKCS8(fcm.privateKey, "RS256"));
  let authorization: string | undefined;
  const newToken = async (): Promise<string> => {
    const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
    return tokenOf(await request(`${at.fcm.url}/token`, { ...post(form), dispatcher }));
  };
  return {
    name: "one by one",
    isSequential: true,
    send: async (channel) => {
      if (channel.kind !== "fcm") return;
      authorization ??= await newToken();
      const message = {
        token: channel.token,
        notification: content.visual,
        android: { priority: "HIGH", ttl: "3600s", collapse_key: crypto.randomUUID() },
      };
      await taken(
        await request(`${at.fcm.url}/v1/projects/${fcm.projectId}/messages:send`, {
          method: "POST",
          headers: { authorization, "content-type": "application/json" },
          body: JSON.stringify({ message }),
          dispatcher,
        }),
      );
    },
    close: () => dispatcher.close(),
  };
};

const sequentialWns = ({ at, accounts: { wns } }: LocalVendors): Theirs => {
  const dispatcher = new Agent({ connect: { ca: at.wns.ca } });
  let authorization: string | undefined;
  const newToken = async (): Promise<string> => {
    const form = {
      grant_type: "client_credentials",
      client_id: wns.clientId,
      client_secret: wns.clientSecret,
      scope: "https://wns.windows.com/.default",
    };
    return tokenOf(await request(`${at.wns.url}/oauth2/v2.0/token`, { ...post(form), dispatcher }));
  };
  const { title, body } = content.visual;
  const toast = `<toast><visual><binding template="ToastGeneric"><text>${title}</text><text>${body}</text></binding></visual></toast>`;
  return {
    name: "one by one",
    isSequential: true,
    send: async (channel) => {
      if (channel.kind !== "wns") return;
      authorization ??= await newToken();
      const headers = { authorization, "content-type": "text/xml", "x-wns-type": "wns/toast" };
      await taken(await request(channel.uri, { method: "POST", headers, body: toast, dispatcher }));
    },
    close: () => dispatcher.close(),
  };
};

const post = (form: Readonly<Record<string, string>>) => ({
  method: "POST" as const,
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams(form).toString(),
});
