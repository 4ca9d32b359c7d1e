import type { ServiceBusAdministrationClient, ServiceBusClient, ServiceBusReceivedMessage } from "@azure/service-bus";
import { NotAJob, parseFanoutJob } from "../../../shared/fanout/job.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { peekedMax, peekOf } from "./peek.bus.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** How many messages the queue holds. */
type Counts = {
  /** To be received now, those that somebody has in hand included. */
  readonly active: number;
  /** To be received later: tried again, due, or a fallback's alert. */
  readonly scheduled: number;
  readonly deadLettered: number;
};

/** What only the administration tells. */
type Administered = {
  readonly transfer: number;
  readonly transferDeadLettered: number;
  readonly sizeBytes: number | undefined;
};

/** The message that waits longest to be received. Times are epoch milliseconds. */
export type Oldest = {
  /** When it could first be received; of a scheduled one that is when it became due. */
  readonly enqueuedAt: number;
  readonly deliveryCount: number;
  /** What it is about, if it is a job of this version: nothing of its content. */
  readonly notificationId: string | undefined;
  readonly acceptedAt: number | undefined;
};

/** The queue `fanout` at one moment. */
export type Look = {
  readonly counts: Counts;
  /** Undefined when the administration does not tell: then the counts are those of the first messages, and not more than `peekedMax`. */
  readonly administered: Administered | undefined;
  /** Undefined when nothing waits, or none of the first `peekedMax` messages may be received yet; then `isBeyond`. */
  readonly oldest: Oldest | undefined;
  readonly isBeyond: boolean;
};

const timeLimitMs = 8_000;

type Bus = { readonly bus: ServiceBusClient; readonly administration: ServiceBusAdministrationClient | undefined };
type Asked = { readonly stop: AbortSignal; readonly now: number };

/**
 * Looks at the queue `fanout`, again and again; takes nothing. Where nobody may manage the queue, or an emulator's administration is not
 * told, it counts what can be peeked. Throws `Unavailable`. Connects on first use; make one for each bus.
 */
export const busLooks = ({ bus, administration }: Bus): ((asked: Asked) => Promise<Look>) => {
  const peeks = { queue: peekOf(bus), deadLetters: peekOf(bus, { subQueueType: "deadLetter" }) };
  return async ({ stop, now }) => {
    const signal = firstSignal([stop, AbortSignal.timeout(timeLimitMs)]);
    const told = administration && (await administered(administration, signal));
    const messages = told?.counts.active === 0 ? [] : await peeks.queue(signal);
    const waiting = messages.filter((message) => message.state === "active" && !isExpired(message, now));
    const [first] = waiting;
    return {
      counts: told?.counts ?? {
        active: waiting.length,
        scheduled: messages.filter(({ state }) => state === "scheduled").length,
        deadLettered: (await peeks.deadLetters(signal)).length,
      },
      administered: told?.administered,
      oldest: first && oldestOf(first),
      isBeyond: first === undefined && messages.length === peekedMax,
    };
  };
};

/** Undefined for whoever may not manage the queue. */
const administered = async (administration: ServiceBusAdministrationClient, abortSignal: AbortSignal) => {
  try {
    const found = await administration.getQueueRuntimeProperties(fanoutQueue, { abortSignal });
    return {
      counts: {
        active: found.activeMessageCount,
        scheduled: found.scheduledMessageCount,
        deadLettered: found.deadLetterMessageCount,
      },
      administered: {
        transfer: found.transferMessageCount,
        transferDeadLettered: found.transferDeadLetterMessageCount,
        sizeBytes: found.sizeInBytes,
      },
    };
  } catch (cause) {
    if (isDenied(cause)) return undefined;
    throw new Unavailable("Service Bus", { cause });
  }
};

/** Reading a queue's counts and settings takes the right Manage, which not every operator has. */
export const isDenied = (error: unknown): boolean =>
  error instanceof Error && "statusCode" in error && (error.statusCode === 401 || error.statusCode === 403);

/** It is removed by the broker in its own time, and until then nobody receives it. */
const isExpired = ({ expiresAtUtc }: ServiceBusReceivedMessage, now: number): boolean =>
  expiresAtUtc !== undefined && expiresAtUtc.getTime() <= now;

const oldestOf = ({ enqueuedTimeUtc, deliveryCount, body }: ServiceBusReceivedMessage): Oldest => {
  const job = jobIn(body);
  return {
    enqueuedAt: enqueuedTimeUtc?.getTime() ?? 0,
    deliveryCount: deliveryCount ?? 0,
    notificationId: job?.id,
    acceptedAt: job?.acceptedAt,
  };
};

const jobIn = (body: unknown) => {
  try {
    return parseFanoutJob(body);
  } catch (error) {
    if (error instanceof NotAJob) return undefined;
    throw error;
  }
};
