import type { Clock } from "../../clock.ts";
import { attemptMostMs, type Attempt, type ChannelSender, type Composed } from "../channel.ts";
import { credentialSettingOf, type Credentials } from "../credentials.ts";
import { busyFor, unusable, type Outcome } from "../outcome.ts";
import { credentialSettings } from "../served.ts";
import type { SharedTokens, SignedToken } from "../shared-tokens.ts";
import type { ApnsCredential } from "./credential.ts";
import { apnsMessage, apnsTap } from "./message.ts";
import { providerTokens, tokenNameOf, type ProviderTokens } from "./provider-token.ts";
import { verdictOf } from "./response.ts";
import { sessionPool, type PoolOptions, type SessionPool } from "./sessions.http2.ts";

type Options = {
  readonly credentials: Credentials<ApnsCredential>;
  readonly tokens: SharedTokens;
  readonly clock: Clock;
  /** Apple's own by default. */
  readonly urls?: { readonly production: string; readonly sandbox: string } | undefined;
  /** The authority (PEM) that vouches for other ones; Apple's own are vouched for by the public authorities. */
  readonly ca?: string | undefined;
  /** For one `send`, all its requests together; `attemptMostMs` by default. */
  readonly timeLimitMs?: number;
  /** How connections are kept. */
  readonly connections?: Omit<PoolOptions, "origin" | "ca" | "clock">;
};

/** https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
const apple = { production: "https://api.push.apple.com", sandbox: "https://api.sandbox.push.apple.com" };

/** What is the same of all requests of one `send`. */
type Delivery = {
  readonly attempt: Attempt;
  readonly device: string;
  readonly credential: ApnsCredential;
  readonly setting: string;
  readonly pool: SessionPool;
  readonly signal: AbortSignal;
};
type Sending = { readonly message: Composed; readonly token: SignedToken };
type Remedy = "reconnect" | "stale-token" | "too-large";

/** APNs over HTTP/2, with a token signed by our key. */
export const apnsSender = (options: Options): ChannelSender => {
  const { credentials, clock, urls = apple, timeLimitMs = attemptMostMs, connections } = options;
  const ca = options.urls && options.ca;
  const tokens = providerTokens(options);
  const pools = new Map<string, SessionPool>();
  const poolOf = (origin: string, credential: ApnsCredential): SessionPool => {
    const name = `${origin} ${tokenNameOf(credential)}`;
    const pool = pools.get(name) ?? sessionPool({ ...connections, origin, ca, clock });
    pools.set(name, pool);
    return pool;
  };
  return {
    routeOf: ({ subscription: { channel }, credential }) => ({
      origin: channel?.kind === "apns" ? new URL(urls[channel.environment]).origin : "",
      credential: `apns:${credential}`,
    }),
    compose: (attempt) =>
      attempt.subscription.channel?.kind === "apns" ? apnsMessage(attempt, clock.now()) : undefined,
    send: async (attempt) => {
      const { channel } = attempt.subscription;
      if (!channel) return { kind: "gone" };
      if (channel.kind !== "apns") return { kind: "rejected", reason: "not an APNs channel" };
      const found = credentials.of(attempt.credential);
      if ("fault" in found) return unusable(found.fault);
      const { credential } = found;
      const setting = credentialSettingOf(credentialSettings.apns, attempt.credential);
      const pool = poolOf(urls[channel.environment], credential);
      const signal = AbortSignal.timeout(timeLimitMs);
      return deliver({ attempt, device: channel.token, credential, setting, pool, signal }, { tokens, clock });
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
};

type Wire = { readonly tokens: ProviderTokens; readonly clock: Clock };

/** Sends, and does once each what an answer asks for that is no outcome yet. */
const deliver = async (delivery: Delivery, { tokens, clock }: Wire): Promise<Outcome> => {
  const { attempt, credential, setting, signal } = delivery;
  const token = await within(signal, tokens.of(credential));
  if (!token) return noToken;
  let sending: Sending = { message: apnsMessage(attempt, clock.now()), token };
  const done = new Set<Remedy>();
  for (;;) {
    const reply = await post(delivery, sending);
    if (reply.kind === "lost") return busyFor(reply.origin, reply.reason);
    const { registeredAt } = attempt.subscription;
    const verdict = verdictOf(reply.response, { now: clock.now(), setting, registeredAt });
    switch (verdict.kind) {
      case "reconnect":
        reply.retire();
        if (done.has("reconnect")) return verdict.otherwise;
        break;
      case "stale-token": {
        if (done.has("stale-token")) return verdict.otherwise;
        const instead = await within(signal, tokens.insteadOf(credential, sending.token));
        if (instead?.kind !== "token") return instead?.kind === "too-new" ? verdict.otherwise : noToken;
        sending = { ...sending, token: instead.token };
        break;
      }
      case "too-many-tokens":
        reply.retire(); // Apple takes nothing more on this connection for a while
        tokens.rest(credential);
        return verdict.otherwise;
      case "too-large":
        if (sending.message.form === "tap") return { kind: "rejected", reason: String(reply.response.status) };
        sending = { ...sending, message: apnsTap(attempt, clock.now()) };
        break;
      case "misconfigured":
        reply.retire(); // Apple asks for new connections once a key was set right
        return verdict;
      default:
        return verdict;
    }
    done.add(verdict.kind);
  }
};

const post = ({ device, pool, signal }: Delivery, { message, token }: Sending): ReturnType<SessionPool["request"]> =>
  pool.request(
    {
      path: `/3/device/${device}`,
      headers: { ...message.headers, authorization: `bearer ${token.token}` },
      body: message.body,
    },
    signal,
  );

/** Neither Apple's fault nor the key's: what is missing is our own store, or patience. */
const noToken = busyFor(
  "elsewhere",
  "no provider token: the store of shared tokens is away, or Apple wants no new one yet",
);

/** Undefined when the time is up first. */
const within = async <T>(signal: AbortSignal, task: Promise<T>): Promise<T | undefined> => {
  let timeUp: (() => void) | undefined;
  const late = new Promise<undefined>((resolve) => {
    timeUp = () => resolve(undefined);
    if (signal.aborted) timeUp(); // it says so only once
    signal.addEventListener("abort", timeUp, { once: true });
  });
  try {
    return await Promise.race([task, late]);
  } finally {
    if (timeUp) signal.removeEventListener("abort", timeUp);
  }
};
