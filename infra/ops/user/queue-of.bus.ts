import type { ServiceBusClient, ServiceBusReceivedMessage } from "@azure/service-bus";
import { systemClock } from "../../../shared/clock.ts";
import { concurrently } from "../../../shared/concurrently.ts";
import { busDeadLetters } from "../../../shared/fanout/dead-letters.bus.ts";
import { contentOf } from "../../../shared/fanout/dead-letters.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

type Sequence = NonNullable<ServiceBusReceivedMessage["sequenceNumber"]>;

/** A message about one of the feeds. `waiting` is to be received now, or somebody has it in hand. */
export type Message = { readonly job: FanoutJob } & (
  | { readonly kind: "scheduled" | "waiting"; readonly sequence: Sequence }
  | { readonly kind: "dead letter"; readonly sequence: string }
);

/** The messages of the queue `fanout` about certain feeds. Everything throws `Unavailable` when the bus does not do what was asked. */
export type QueueOf = {
  /** Looks at the whole queue and its dead letters; takes nothing. */
  readonly all: (feeds: ReadonlySet<string>, look: Look) => Promise<readonly Message[]>;
  /**
   * Removes those that are scheduled, and dead letters. One that waits cannot be had without taking others first: its run finds nothing
   * and ends it.
   */
  readonly remove: (messages: readonly Message[], told: Removing) => Promise<void>;
};

type Removing = { readonly stop: AbortSignal; readonly removed: (kind: Message["kind"]) => void };
type Look = { readonly stop: AbortSignal; readonly seen: (count: number) => void };

const pageSize = 250;
const callMs = 8_000;
const cancelsAtOnce = 8;

export const busQueueOf = (bus: ServiceBusClient): QueueOf => {
  const receiver = bus.createReceiver(fanoutQueue);
  const sender = bus.createSender(fanoutQueue);
  const letters = busDeadLetters(bus, systemClock);
  // A client's looks go on where its last one ended, so once something has been seen the start is told.
  let start: Sequence | undefined;

  async function* messages({ stop, seen }: Look): AsyncIterable<ServiceBusReceivedMessage> {
    let count = 0;
    for (let from = start; ;) {
      const abortSignal = firstSignal([stop, AbortSignal.timeout(callMs)]);
      const page = await reached(
        receiver.peekMessages(pageSize, { ...(from && { fromSequenceNumber: from }), abortSignal }),
      );
      const last = page.at(-1)?.sequenceNumber;
      if (last === undefined) return;
      start ??= last.sub(last).add(1);
      from = last.add(1);
      seen((count += page.length));
      yield* page;
    }
  }

  const cancelled = async (sequence: Sequence): Promise<boolean> => {
    try {
      await sender.cancelScheduledMessages(sequence, { abortSignal: AbortSignal.timeout(callMs) });
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "MessageNotFound") return false; // it became due
      throw new Unavailable("Service Bus", { cause: error });
    }
  };

  return {
    all: async (feeds, look) => {
      const found: Message[] = [];
      for await (const { body, state, sequenceNumber: sequence } of messages(look)) {
        const content = contentOf(body);
        if (!sequence || content.kind !== "job" || !feeds.has(content.job.feed)) continue;
        found.push({ kind: state === "scheduled" ? "scheduled" : "waiting", job: content.job, sequence });
      }
      for await (const { content, sequence } of letters.all(look)) {
        if (content.kind === "job" && feeds.has(content.job.feed))
          found.push({ kind: "dead letter", job: content.job, sequence });
      }
      return found;
    },

    remove: async (found, { stop, removed }) => {
      const scheduled = found.flatMap(({ kind, sequence }) => (kind === "scheduled" ? [sequence] : []));
      const dead = found.flatMap(({ kind, sequence }) => (kind === "dead letter" ? [sequence] : []));
      await concurrently(cancelsAtOnce, scheduled, async (sequence) => {
        stop.throwIfAborted();
        if (await cancelled(sequence)) removed("scheduled");
      });
      if (dead.length > 0) await letters.discard(dead, { stop, each: () => removed("dead letter") });
    },
  };
};

const reached = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (cause) {
    throw new Unavailable("Service Bus", { cause });
  }
};
