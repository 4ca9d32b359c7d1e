import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from "@azure/service-bus";
import type { Clock } from "../clock.ts";
import { contentOf, type Cleared } from "./dead-letters.ts";
import { fanoutQueue } from "./fanout.ts";
import { replayBodyOf, replayIdOf, replayLifeMs } from "./replay.ts";

/** Does away with one dead letter that is locked for us. */
export type Act = (message: ServiceBusReceivedMessage, receiver: ServiceBusReceiver) => Promise<Cleared>;

const sendMs = 8_000;

/** Removes it. */
export const discarded: Act = async (message, receiver) => {
  await receiver.completeMessage(message);
  return { sequence: sequenceOf(message), messageId: idOf(message) };
};

/**
 * Sends a copy, then removes the dead letter. Dying between the two leaves both, and the next replay names its copy alike: the broker
 * drops that one, and if an hour has passed its run finds everything done, but for what a copy tells once more.
 */
export const replayed = (bus: ServiceBusClient, clock: Clock): Act => {
  const sender = bus.createSender(fanoutQueue);
  return async (message, receiver) => {
    const copy = copyOf(message, clock.now());
    await sender.sendMessages(copy, { abortSignal: AbortSignal.timeout(sendMs) });
    const { sequence, messageId } = await discarded(message, receiver);
    return { sequence, messageId, replayedAs: copy.properties.messageId };
  };
};

/** The message as it was sent but for saying that it comes again, under an id and with a time to live of its own, and without the verdict on it. */
const copyOf = (message: ServiceBusReceivedMessage, now: number) => {
  const { bodyType, properties, applicationProperties = {} } = message._rawAmqpMessage;
  const { creationTime: _creation, absoluteExpiryTime: _expiry, ...kept } = properties ?? {};
  const { DeadLetterReason: _reason, DeadLetterErrorDescription: _description, ...own } = applicationProperties;
  const content = contentOf(message.body);
  const job = content.kind === "job" ? content.job : undefined;
  const expiresAt = message.timeToLive === undefined ? undefined : message.expiresAtUtc?.getTime();
  const timeToLive = replayLifeMs(expiresAt, now);
  return {
    body: replayBodyOf(message.body, now),
    bodyType: bodyType ?? "data",
    properties: {
      ...kept,
      messageId: replayIdOf({ sequence: sequenceOf(message), messageId: idOf(message), job }),
    },
    applicationProperties: own,
    ...(timeToLive !== undefined && { header: { timeToLive } }),
  } as const;
};

/** A message's number, in decimal digits. */
export const sequenceOf = ({ sequenceNumber }: ServiceBusReceivedMessage): string => sequenceNumber?.toString() ?? "0";
const idOf = ({ messageId }: ServiceBusReceivedMessage): string => String(messageId ?? "");
