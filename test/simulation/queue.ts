import { contentOf } from "../../shared/fanout/dead-letters.ts";
import { replayBodyOf, replayIdOf, replayLifeMs } from "../../shared/fanout/replay.ts";

/** A message as it is sent. What `shared/fanout/message.ts` makes is one. */
export type Sent = {
  readonly messageId: string;
  /** What JSON can say. */
  readonly body: unknown;
  /** Milliseconds from when the message becomes visible; without, it never expires. */
  readonly timeToLive?: number;
  readonly scheduledEnqueueTimeUtc?: Date;
};

/** A message that was received: it is locked, and whoever has the token may settle it until then. */
export type Received = {
  readonly token: string;
  readonly messageId: string;
  readonly body: unknown;
  /** Deliveries so far, this one counted: 1 at first, as a Functions trigger says it. */
  readonly deliveryCount: number;
  /** Epoch milliseconds by the broker's clock. */
  readonly lockedUntil: number;
  /** Unique in the queue, rising in the order in which messages became visible. */
  readonly sequence: number;
  /** Epoch milliseconds at which its life ended or ends; absent when it has no end. */
  readonly expiresAt?: number;
};

/** A message that was looked at and not touched. */
export type Peeked = Pick<Received, "messageId" | "body" | "sequence" | "expiresAt"> & {
  /** Deliveries that ended without success. */
  readonly failures: number;
  /** Why it is a dead letter, in the broker's words; absent for any other. */
  readonly deadLetterReason?: string;
};

export type QueueCounts = { readonly active: number; readonly scheduled: number; readonly deadLettered: number };

/** What a holder hears when its time was over: the message is somebody else's, or gone. */
export type Settled = "settled" | "lock-lost";

/** In memory an answer is there at once, over a wire it comes. */
type Answer<T> = T | Promise<T>;

/**
 * A queue of Service Bus with its dead letters, as narrow as this service needs it; `test/contracts/queue` says what it promises.
 * The functions reach it through `Fanout` and their trigger; this is what stands behind both, for the simulator to drive.
 */
export type Queue = {
  /** Takes a message. One whose id was sent within the window of duplicate detection is dropped, and nobody is told. */
  readonly send: (message: Sent) => Answer<void>;
  /** Locks the next message; undefined when there is none. */
  readonly receive: () => Answer<Received | undefined>;
  /** Locks the next dead letter. It is settled and renewed as any message. */
  readonly receiveDeadLetter: () => Answer<Received | undefined>;
  readonly complete: (token: string) => Answer<Settled>;
  /** Gives it back: it is received again at once, one failure richer, or after too many is a dead letter. */
  readonly abandon: (token: string) => Answer<Settled>;
  /** Holds it for the lock's whole duration from now; undefined when the lock is lost. */
  readonly renew: (token: string) => Answer<number | undefined>;
  /** Everything there is, whatever its state. */
  readonly peek: () => Answer<readonly Peeked[]>;
  readonly peekDeadLetters: () => Answer<readonly Peeked[]>;
  /** `active`: visible, locked or not. */
  readonly counts: () => Answer<QueueCounts>;
};

/** The copy of a dead letter that an operator's replay sends at `now`; then the dead letter is completed. */
export const copyOf = ({ messageId, body, sequence, expiresAt }: Peeked | Received, now: number): Sent => {
  const content = contentOf(body);
  const job = content.kind === "job" ? content.job : undefined;
  const timeToLive = replayLifeMs(expiresAt, now);
  const id = replayIdOf({ sequence: String(sequence), messageId, job });
  return { messageId: id, body: replayBodyOf(body, now), ...(timeToLive !== undefined && { timeToLive }) };
};
