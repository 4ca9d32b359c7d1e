import { milliseconds } from "../clock.ts";
import { NotAJob, parseFanoutJob, type FanoutJob } from "./job.ts";

/** A message of `fanout` that could not be processed, as one may tell of it: nothing here is content or secret. */
export type DeadLetter = {
  /** Its number in the queue: 64 bits, so in decimal digits. */
  readonly sequence: string;
  readonly messageId: string;
  /** What it was to do, or why its body does not say so: a stranger's message, or one of a version this is too old for. */
  readonly content: Content;
  /** Why the broker or a consumer gave it up; one line each. */
  readonly reason: string | undefined;
  readonly description: string | undefined;
  /** How often it was handed out, to consumers and, once it was here, to operators. */
  readonly deliveryCount: number;
  /** Epoch milliseconds at which it became visible in the queue. When it became a dead letter the broker does not say. */
  readonly enqueuedAt: number;
  readonly sizeBytes: number | undefined;
};

type Content =
  { readonly kind: "job"; readonly job: FanoutJob } | { readonly kind: "unreadable"; readonly fault: string };

/** Those that were to be replayed or discarded, and were not. */
export type Left = {
  /** There is none of that number. */
  readonly absent: readonly string[];
  /** It is there, but somebody else has it in hand: another operator, say, or a run of this that was killed, until its lock ends. */
  readonly locked: readonly string[];
};

/** One dead letter that was dealt with. */
export type Cleared = {
  readonly sequence: string;
  readonly messageId: string;
  /** The id of the copy that was sent, if one was. */
  readonly replayedAs?: string;
};

type Clearing = {
  /** Told of each as soon as it is done, whatever becomes of the others. */
  readonly each: (cleared: Cleared) => void;
  /** Told whenever none of those that are left can be had, because somebody has them in hand; it is tried again. */
  readonly waiting?: () => void;
  /** Aborted: what is under way is finished, and no other one begun. */
  readonly stop?: AbortSignal;
};

/** The port to the dead letters of `fanout`. Everything throws `Unavailable` when the bus does not do what was asked. */
export type DeadLetters = {
  /** All of them by number, which need not be the order in which they became dead letters. Only looks: nothing is taken or locked. */
  readonly all: (options?: { readonly stop?: AbortSignal | undefined }) => AsyncIterable<DeadLetter>;
  /**
   * Sends a copy of each of these to the queue, then removes the dead letter. Repeating it is harmless, after a crash too: the broker drops
   * the second copy, or, after an hour, the ledger leaves its run nothing to do but to tell the newest once more to whoever was told something
   * newer than this. Resolves to those that are left.
   */
  readonly replay: (sequences: Iterable<string>, clearing: Clearing) => Promise<Left>;
  /** Removes these for good. */
  readonly discard: (sequences: Iterable<string>, clearing: Clearing) => Promise<Left>;
};

/** What a body (bytes, or a value already parsed) says. Never quotes it: whose it is and what it holds is not known. */
export const contentOf = (body: unknown): Content => {
  try {
    return { kind: "job", job: parseFanoutJob(body instanceof Uint8Array ? jsonOf(body) : body) };
  } catch (error) {
    return { kind: "unreadable", fault: faultOf(error) };
  }
};

const jsonOf = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString("utf8"));

const faultOf = (error: unknown): string => (error instanceof NotAJob ? error.message : "it is not JSON");

/** How long ago it became visible in the queue, in whole seconds; 0 where this clock is behind the broker's. */
export const ageSecondsOf = ({ enqueuedAt }: DeadLetter, now: number): number =>
  Math.max(0, Math.floor((now - enqueuedAt) / milliseconds.second));
