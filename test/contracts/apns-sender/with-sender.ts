import { generateKeyPairSync } from "node:crypto";
import { apnsSender } from "../../../shared/channels/apns/apns.http.ts";
import { apnsCredentialFrom, type ApnsCredential } from "../../../shared/channels/apns/credential.ts";
import type { Attempt, ChannelSender } from "../../../shared/channels/channel.ts";
import { credentialsIn } from "../../../shared/channels/credentials.ts";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { tableSharedTokens } from "../../../shared/channels/shared-tokens.table.ts";
import { dataCipher } from "../../../shared/data-keys.ts";
import type { Clock } from "../../../shared/clock.ts";
import { channelOf, notificationWith, now, subscriptionWith } from "../../rules/samples.ts";
import { memoryTable } from "../../support/memory-table.ts";

/** A setting's text for a key made this moment. */
export const newKey = (keyId = "ABCDE12345"): string =>
  JSON.stringify({
    teamId: "TEAM123456",
    keyId,
    privateKey: generateKeyPairSync("ec", { namedCurve: "P-256" })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString(),
  });

export const anyKey = newKey();

export const handClock = (): Clock & { at: number } => {
  const clock = { at: now, now: () => clock.at };
  return clock;
};

export const sharedTokens = (clock: Clock, tokens = memoryTable()) =>
  tableSharedTokens({ tokens, cipher: dataCipher([{ id: "k", key: Buffer.alloc(32, 7) }]), clock });

type Options = Parameters<typeof apnsSender>[0];
type Server = { readonly url: string; readonly ca: string };

export const senderTo = (server: Server, more: Partial<Options> & { readonly key?: string } = {}): ChannelSender => {
  const { key = anyKey, clock = handClock(), ...options } = more;
  return apnsSender({
    credentials: credentialsIn({ APNS_CREDENTIAL_DEFAULT: key }, "APNS_CREDENTIAL_", apnsCredentialFrom),
    tokens: sharedTokens(clock),
    clock,
    urls: { production: server.url, sandbox: server.url.replace("127.0.0.1", "localhost") },
    ca: server.ca,
    ...options,
  });
};

export const credentialWith = (text = anyKey): ApnsCredential => apnsCredentialFrom(text);

/** A device of its own, by number. */
export const phone = (number = 0, environment: "production" | "sandbox" = "production") =>
  subscriptionWith({
    platformType: "iOS",
    channel: { ...channelOf("iOS"), kind: "apns", token: tokenOf(number), bundleId: "com.contoso.app", environment },
  });
export const tokenOf = (number: number): string => number.toString(16).padStart(64, "0");

export const attemptWith = (more: Partial<Attempt> = {}): Attempt => ({
  kind: "content",
  notification: notificationWith({ payload: { visualContent: { title: "Your order", body: "is ready" } } }),
  subscription: phone(),
  credential: "default",
  isRepeat: false,
  ...more,
});

export const sendTo = (sender: ChannelSender, numbers: readonly number[]): Promise<Outcome[]> =>
  Promise.all(numbers.map((number) => sender.send(attemptWith({ subscription: phone(number) }))));
export const delivered = { kind: "delivered" };
