import type { Dispatcher } from "undici";
import type { Clock } from "../../clock.ts";
import type { WebPushChannel } from "../../subscription/subscription.ts";
import { exchange, type Answer } from "../egress/exchange.http.ts";
import { unreachable } from "../egress/network-fault.ts";
import type { Outcome } from "../outcome.ts";
import { encrypt } from "./encrypt.ts";
import type { WebPushMessage } from "./message.ts";
import { mayBeAnothersKey, outcomeOf } from "./response.ts";
import { targetOf } from "./target.ts";
import type { VapidHeaders } from "./vapid.ts";

/** One message to one channel, signed with one key. */
export type Push = {
  readonly channel: WebPushChannel;
  readonly message: WebPushMessage;
  readonly headers: VapidHeaders;
  /** When all its requests together must be over, by `performance.now()`. */
  readonly endsAt: number;
};
export type Pushed = {
  readonly outcome: ReturnType<typeof outcomeOf>;
  /** The subscription may be bound to another key than the one that signed. */
  readonly mayBeAnothersKey: boolean;
};
type Wire = { readonly agent: Dispatcher; readonly clock: Clock };

/** Of an answer's body, only the beginning is read. */
const answerCharactersMost = 2_048;

/** Encrypts and posts; once more with a new token if the first is not taken. Throws for bugs of ours only. */
export const push = async (one: Push, { agent, clock }: Wire): Promise<Pushed> => {
  const body = encrypted(one);
  if (body === undefined) return ended({ kind: "rejected", reason: "cannot be encrypted" });
  try {
    const first = await post(one, body, agent);
    if (first.status !== 401) return understood(first, clock);
    // Perhaps the token aged on the way (a clock that was set): one try with a new one tells.
    one.headers.forget(targetOf(one.channel).origin);
    return understood(await post(one, body, agent), clock);
  } catch (error) {
    // Nor is a host whose address is refused our misconfiguration: a stranger chose it among the names of a push service, and may not hold up
    // everybody's pushes with it. If DNS is wrong for a while, nothing is lost.
    return ended(unreachable(error));
  }
};

const ended = (outcome: Outcome): Pushed => ({ outcome, mayBeAnothersKey: false });
const understood = ({ status, headers, text }: Answer, clock: Clock): Pushed => {
  const response = { status, retryAfter: headers["retry-after"], text };
  return { outcome: outcomeOf(response, clock.now()), mayBeAnothersKey: mayBeAnothersKey(response) };
};

/** Undefined when the device's keys are no keys: subscribing checks them, so this would be an old row's. */
const encrypted = ({ channel: { keys }, message }: Push): Buffer | undefined => {
  try {
    return encrypt(keys, message.text);
  } catch {
    return undefined;
  }
};

const post = ({ channel, message, headers, endsAt }: Push, body: Buffer, agent: Dispatcher): Promise<Answer> => {
  const { origin, path } = targetOf(channel);
  const request = {
    origin,
    path,
    method: "POST",
    headers: {
      authorization: headers.for(origin),
      "content-encoding": "aes128gcm",
      "content-type": "application/octet-stream",
      ttl: String(message.ttlSeconds),
      urgency: message.urgency,
      topic: message.topic,
    },
    body,
  } as const;
  return exchange(agent, request, { endsAt, charactersMost: answerCharactersMost });
};
