import type { Channel } from "../subscription/subscription.ts";

/** How the settings begin that hold the credentials of a channel; each goes on with the credential's name. */
export const credentialSettings = {
  apns: "APNS_CREDENTIAL_",
  fcm: "FCM_CREDENTIAL_",
  wns: "WNS_CREDENTIAL_",
} as const;

/** What a server has for each of the channels that it serves, and for no other. */
export type Served<T> = Readonly<Partial<Record<Channel["kind"], T>>>;

/** Whether a server with these serves such a channel. */
export const isServedBy =
  (channels: Served<unknown>) =>
  (kind: Channel["kind"]): boolean =>
    channels[kind] !== undefined;

/** Whether a Fanfare with these settings pushes through such a channel: Web Push always, any other when it has a credential for it. */
export const isServedIn =
  (env: Readonly<Record<string, string | undefined>>) =>
  (kind: Channel["kind"]): boolean =>
    kind === "webpush" || Object.keys(env).some((name) => name.startsWith(credentialSettings[kind]) && env[name]);
