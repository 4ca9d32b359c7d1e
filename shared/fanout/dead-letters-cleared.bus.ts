import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from "@azure/service-bus";
import type { Clock } from "../clock.ts";
import { concurrently } from "../concurrently.ts";
import { Unavailable } from "../unavailable.ts";
import { sequenceOf, type Act } from "./dead-letter-acts.bus.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { fanoutQueue } from "./fanout.ts";

type Uses = {
  readonly bus: ServiceBusClient;
  /** The numbers of all dead letters, looked up anew. */
  readonly present: (stop: AbortSignal | undefined) => Promise<ReadonlySet<string>>;
  /** How long to wait while nothing that is wanted can be had. */
  readonly patienceMs: number;
  readonly clock: Clock;
};

const batchSize = 100;
const atOnce = 16;
/** One call of the bus. A send or settlement that takes longer counts as unavailable. */
const callMs = 10_000;
/** A receiver waits so long for the first message; the SDK (7.9), having one, a second for the others. */
const waitMs = 1_000;

/**
 * Deals with chosen dead letters. A queue gives its messages in an order of its own and none by its number, so what comes and was not
 * chosen stays locked until the chosen ones are found, and is then given back; among dead letters that costs nothing. Only those that
 * were chosen beforehand are touched: a copy that fails again comes back here, and would be replayed for ever.
 */
export const clearDeadLetters =
  ({ bus, present, patienceMs, clock }: Uses) =>
  (act: Act): DeadLetters["replay"] =>
  async (sequences, { each, waiting, stop }) => {
    const { absent, left, total } = apart(sequences, await present(stop));
    const receiver = bus.createReceiver(fanoutQueue, {
      subQueueType: "deadLetter",
      skipParsingBodyAsJson: true, // a stranger's copy has the very bytes
      skipConvertingDate: true,
      maxAutoLockRenewalDurationInMs: 0,
    });
    const others = new Map<string, ServiceBusReceivedMessage>();
    let cleared = 0;
    let giveUpAt = clock.now() + patienceMs;

    const deal = async (message: ServiceBusReceivedMessage): Promise<void> => {
      const sequence = sequenceOf(message);
      if (!left.has(sequence) || stop?.aborted) {
        others.set(sequence, message);
        return;
      }
      const done = await unlessLockLost(inTime(act(message, receiver))).catch((error: unknown) => {
        others.set(sequence, message);
        throw error;
      });
      if (!done) return; // it comes again
      left.delete(sequence);
      cleared += 1;
      giveUpAt = clock.now() + patienceMs;
      each(done);
    };

    try {
      while (left.size > 0 && !stop?.aborted && clock.now() < giveUpAt) {
        // Not more than there can be, or the receiver waits for them.
        const count = Math.max(1, Math.min(batchSize, total - others.size - cleared));
        const messages = await received(receiver, count, stop);
        await concurrently(atOnce, messages, deal);
        if (messages.length > 0) continue;
        forgetGone({ left, absent }, await present(stop));
        if (left.size > 0) waiting?.();
      }
    } finally {
      // Never in one turn of the event loop with a completion: the SDK's AMQP library (rhea 3.0.5) joins neighbours that are settled
      // together into the first one's outcome, and would complete what is given back. All completions have been answered by now, or were given up seconds ago.
      await concurrently(atOnce, others.values(), (message) => givenBack(message, receiver));
      await receiver.close();
    }
    return { absent: [...absent], locked: stop?.aborted ? [] : [...left] };
  };

type Apart = { readonly left: Set<string>; readonly absent: Set<string>; readonly total: number };

const apart = (wanted: Iterable<string>, there: ReadonlySet<string>): Apart => {
  const parts: Apart = { left: new Set(), absent: new Set(), total: there.size };
  for (const sequence of wanted) (there.has(sequence) ? parts.left : parts.absent).add(sequence);
  return parts;
};

/** Somebody else may have dealt with them meanwhile. */
const forgetGone = ({ left, absent }: Pick<Apart, "left" | "absent">, there: ReadonlySet<string>): void => {
  for (const sequence of left) {
    if (there.has(sequence)) continue;
    left.delete(sequence);
    absent.add(sequence);
  }
};

const received = async (
  receiver: ServiceBusReceiver,
  count: number,
  stop: AbortSignal | undefined,
): Promise<ServiceBusReceivedMessage[]> => {
  try {
    return await receiver.receiveMessages(count, { maxWaitTimeInMs: waitMs, ...(stop && { abortSignal: stop }) });
  } catch (error) {
    if (stop?.aborted) return []; // what was under way to us comes back when its lock ends
    throw new Unavailable("Service Bus", { cause: error });
  }
};

/** Best effort: what cannot be given back comes back by itself when its lock ends. */
const givenBack = async (message: ServiceBusReceivedMessage, receiver: ServiceBusReceiver): Promise<void> => {
  await inTime(receiver.abandonMessage(message)).catch(() => undefined);
};

/** After a crash of the bus the SDK may wait for an answer that nobody will give. */
const inTime = async <T>(call: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${callMs} ms`)), callMs);
  });
  return Promise.race([call, over]).finally(() => clearTimeout(timer));
};

const unlessLockLost = async <T>(settling: Promise<T>): Promise<T | undefined> => {
  try {
    return await settling;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MessageLockLost") return undefined;
    throw new Unavailable("Service Bus", { cause: error });
  }
};
