import type { ServiceBusClient, ServiceBusReceivedMessage } from "@azure/service-bus";
import type { Clock } from "../clock.ts";
import { tellable } from "../telemetry/tellable.ts";
import { Unavailable } from "../unavailable.ts";
import { discarded, replayed, sequenceOf } from "./dead-letter-acts.bus.ts";
import { clearDeadLetters } from "./dead-letters-cleared.bus.ts";
import { contentOf, type DeadLetter, type DeadLetters } from "./dead-letters.ts";
import { fanoutQueue } from "./fanout.ts";
import { firstSignal } from "../first-signal.ts";

type Options = {
  /** How long one look at a page may take: 8,000 milliseconds by default. */
  readonly timeLimitMs?: number;
  /** How long somebody else's lock is waited for: 65,000 milliseconds by default, a little longer than one lasts. */
  readonly patienceMs?: number;
};

/** Brokers give fewer when the messages are large. */
const pageSize = 250;

type Number64 = NonNullable<ServiceBusReceivedMessage["sequenceNumber"]>;

/** The dead letters of `fanout` over a bus. Make one for each bus: it alone knows where a look begins. Connects on first use. */
export const busDeadLetters = (
  bus: ServiceBusClient,
  clock: Clock,
  { timeLimitMs = 8_000, patienceMs = 65_000 }: Options = {},
): DeadLetters => {
  const receiver = bus.createReceiver(fanoutQueue, { subQueueType: "deadLetter", skipParsingBodyAsJson: true });
  // A client's looks go on where its last one ended, so once something has been seen the start must be told. Only a number that came
  // from the broker can tell it: the SDK (7.9) does not export its 64-bit integer.
  let start: Number64 | undefined;

  async function* all({ stop }: { readonly stop?: AbortSignal | undefined } = {}): AsyncIterable<DeadLetter> {
    for (let from = start; ;) {
      const page = await peek(from, stop);
      const seen = page.at(-1)?.sequenceNumber;
      if (seen === undefined) return;
      start ??= seen.sub(seen).add(1);
      from = seen.add(1);
      yield* page.map(deadLetterOf);
    }
  }

  const peek = async (
    from: Number64 | undefined,
    stop: AbortSignal | undefined,
  ): Promise<ServiceBusReceivedMessage[]> => {
    const timeLimit = AbortSignal.timeout(timeLimitMs);
    const abortSignal = stop ? firstSignal([stop, timeLimit]) : timeLimit;
    try {
      return await receiver.peekMessages(pageSize, { ...(from && { fromSequenceNumber: from }), abortSignal });
    } catch (error) {
      throw new Unavailable("Service Bus", { cause: error });
    }
  };

  const present = async (stop: AbortSignal | undefined): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    for await (const { sequence } of all({ stop })) found.add(sequence);
    return found;
  };
  const clear = clearDeadLetters({ bus, present, patienceMs, clock });
  return { all, replay: clear(replayed(bus, clock)), discard: clear(discarded) };
};

const deadLetterOf = (message: ServiceBusReceivedMessage): DeadLetter => {
  const { messageId, deadLetterReason, deadLetterErrorDescription, deliveryCount, enqueuedTimeUtc } = message;
  const body: unknown = message.body;
  return {
    sequence: sequenceOf(message),
    messageId: tellable(String(messageId ?? "")),
    content: contentOf(body),
    reason: textOf(deadLetterReason),
    description: textOf(deadLetterErrorDescription),
    deliveryCount: deliveryCount ?? 0,
    enqueuedAt: enqueuedTimeUtc?.getTime() ?? 0,
    sizeBytes: body instanceof Uint8Array ? body.length : undefined,
  };
};

/** Whoever dead-letters a message writes what they like there. */
const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? tellable(value) : undefined;
