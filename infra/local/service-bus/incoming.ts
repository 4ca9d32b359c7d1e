import type { Delivery, Receiver } from "rhea";
import { MalformedMessage, splitBatch } from "./amqp-sections.ts";
import { parseArriving } from "./amqp-message.ts";
import type { QueueHost } from "./queue-host.ts";
import type { Arriving } from "./queue-rules.ts";
import { refusals, Refused, type Refusal } from "./refusals.ts";
import { answerAttach, outcomes, receiveRaw, settleIncoming } from "./rhea-seams.ts";

/** The Standard tier's limit for one message and for one batch, in bytes as encoded. */
const messageBytesMax = 256 * 1024;

const batchFormat = 0x80013700;
const creditMax = 1000;
const creditRefill = 250;

/** Takes what a client sends on a link into a queue. A delivery is accepted once its messages are durable, all of a batch or none. */
export const acceptMessages = (receiver: Receiver, queue: QueueHost): void => {
  answerAttach(receiver, { max_message_size: messageBytesMax });
  receiveRaw(receiver, 2 * messageBytesMax, () =>
    receiver.close(refusals.messageTooLarge(2 * messageBytesMax, messageBytesMax)),
  );
  let taken = 0;
  receiver.add_credit(creditMax);

  const take = async (bytes: Buffer, delivery: Delivery): Promise<void> => {
    const refusal = await accept(queue, bytes, delivery.format);
    settleIncoming(delivery, refusal ? outcomes.rejected(refusal.condition, refusal.description) : outcomes.accepted());
    taken += 1;
    // Credit follows acceptance, so that what waits for the disk is bounded.
    if (taken % creditRefill === 0) receiver.add_credit(creditRefill);
  };
  receiver.on(
    "message",
    ({ message, delivery }: { message: Buffer; delivery: Delivery }) => void take(message, delivery),
  );
};

/** `format` is absent or null for an ordinary message, AMQP's format 0. */
const accept = async (queue: QueueHost, bytes: Buffer, format?: number | null): Promise<Refusal | undefined> => {
  if ((format ?? 0) !== 0 && format !== batchFormat) return refusals.notBuilt("such message format");
  try {
    await storeMessages(queue, bytes.length, () => (format === batchFormat ? splitBatch(bytes) : [bytes]));
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    console.error(error);
    return refusals.ourFault();
  }
};

/**
 * Stores encoded messages that came together, all or none, and resolves with their sequence numbers once they are durable.
 * Throws `Refused` when they are too large, malformed, or do not fit into the queue.
 */
export const storeMessages = (
  queue: QueueHost,
  bytes: number,
  split: () => readonly Buffer[],
): Promise<readonly number[]> => {
  if (bytes > messageBytesMax) throw new Refused(refusals.messageTooLarge(bytes, messageBytesMax));
  const messages = parseAll(split);
  if (!queue.hasRoomFor(bytes)) throw new Refused(refusals.queueFull(queue.settings.name));
  return queue.accept(messages);
};

const parseAll = (split: () => readonly Buffer[]): readonly Arriving[] => {
  try {
    return split().map(parseArriving);
  } catch (error) {
    throw error instanceof MalformedMessage ? new Refused(refusals.malformed(error.message)) : error;
  }
};
