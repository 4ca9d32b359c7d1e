import { duplicates } from "./duplicates.ts";
import { expiresAt, unlocked, type Changes, type DeadLetter, type Entry, type Lane } from "./entry.ts";
import type { QueueSettings } from "./queue-settings.ts";
import { queueState, type Journal, type Saved } from "./queue-state.ts";

/** A message as it arrives. `messageId` is compared for duplicate detection; times are milliseconds since 1970. */
export type Arriving = {
  readonly messageId: string;
  readonly content: Buffer;
  readonly ttlMs?: number | undefined;
  readonly dueAt?: number | undefined;
};

/** What a consumer decides about a message it has locked. `release` gives it back as if it had never been delivered. */
export type Verdict =
  | { readonly kind: "complete" }
  | { readonly kind: "release" }
  | { readonly kind: "abandon"; readonly changes?: Changes | undefined }
  | { readonly kind: "defer"; readonly changes?: Changes | undefined }
  | { readonly kind: "dead-letter"; readonly changes?: Changes | undefined; readonly deadLetter: DeadLetter };

export type Counts = {
  /** Ready, locked and deferred: Azure counts a deferred message as active (paolosalvatori/ServiceBusExplorer#662). */
  readonly active: number;
  readonly deadLettered: number;
  readonly scheduled: number;
  readonly total: number;
  readonly bytes: number;
};

/**
 * The rules of one queue and its dead-letter sub-queue, without any I/O: every method first lets happen what was due by `now`,
 * then answers, and writes each change to the journal as it makes it. A token must be unguessable and unique.
 *
 * Times go by the argument alone, so a test drives them; `now` may go backwards, which only delays what was due.
 */
export const queueRules = (settings: QueueSettings, journal: Journal, saved: Saved, newToken: () => string) => {
  const state = queueState(journal, saved);
  const history = duplicates(settings.duplicateWindowMs, journal, saved.history);

  const moveToDeadLetters = (entry: Entry, deadLetter: DeadLetter): void => {
    state.replace(entry, { ...unlocked(entry), lane: "dead", phase: "active", deadLetter });
  };

  const expire = (entry: Entry): void => {
    if (settings.deadLettersExpired) moveToDeadLetters(entry, deadLetters.expired);
    else state.remove(entry);
  };

  /** A delivery ended without success: back to where it was, or, after the last allowed one, to the dead letters. */
  const countFailure = (entry: Entry): void => {
    const counted = { ...entry, deliveryCount: entry.deliveryCount + 1 };
    if (counted.lane === "main" && counted.deliveryCount >= settings.maxDeliveryCount) {
      moveToDeadLetters(counted, deadLetters.tooOften(settings.maxDeliveryCount));
      return;
    }
    state.replace(entry, unlocked(counted));
  };

  /** Appends a scheduled message as if it were sent now: new sequence number, new enqueued time. */
  const activate = (entry: Entry, now: number): void => {
    const { dueAt: _dueAt, ...rest } = entry;
    state.replace(entry, { ...rest, phase: "active", sequence: state.takeSequence(), enqueuedAt: now });
  };

  const advance = (now: number): void => {
    for (let entry = state.takeDue(now); entry; entry = state.takeDue(now)) {
      if (entry.phase === "scheduled") activate(entry, now);
      else if (entry.lock) countFailure(entry);
      else expire(entry);
    }
  };

  const lock = (entry: Entry, now: number): Entry =>
    state.replace(entry, { ...entry, lock: { token: newToken(), until: now + settings.lockMs } });

  return {
    advance,
    nextDue: state.nextDue,

    /** True when messages of so many bytes still fit into the queue's declared size. */
    hasRoomFor: (bytes: number): boolean => state.totals().bytes + bytes <= settings.maxBytes,

    /** Stores a message and returns its sequence number. A repeated message id is dropped: its number then names nothing. */
    accept: ({ messageId, content, ttlMs, dueAt }: Arriving, now: number): number => {
      advance(now);
      const sequence = state.takeSequence();
      if (history.isRepeated(messageId, now)) return sequence;
      const lifetimeMs = Math.min(ttlMs ?? Infinity, settings.ttlMs);
      const isScheduled = dueAt !== undefined && dueAt > now;
      const entry: Entry = {
        sequence,
        firstSequence: sequence,
        lane: "main",
        phase: isScheduled ? "scheduled" : "active",
        sizeBytes: content.length,
        enqueuedAt: now,
        deliveryCount: 0,
        ...(isScheduled && { dueAt }),
        ...(lifetimeMs !== Infinity && { ttlMs: lifetimeMs }),
      };
      state.add(entry, content);
      return sequence;
    },

    /** Removes scheduled messages: all of them, or none (false) when one of the numbers names no scheduled message. */
    cancel: (sequences: readonly number[], now: number): boolean => {
      advance(now);
      const found = sequences.map((sequence) => state.get("main", sequence));
      const scheduled = found.filter((entry) => entry?.phase === "scheduled");
      if (scheduled.length < found.length) return false;
      for (const entry of new Set(scheduled)) if (entry) state.remove(entry);
      return true;
    },

    /** Locks the next message of a lane for a receiver; undefined when there is none. */
    lockNext: (lane: Lane, now: number): Entry | undefined => {
      advance(now);
      const entry = state.firstReady(lane);
      return entry && lock(entry, now);
    },

    /** Locks deferred messages by their numbers: all, or none (undefined) when one is not there, not deferred, locked or expired. */
    lockDeferred: (lane: Lane, sequences: readonly number[], now: number): readonly Entry[] | undefined => {
      advance(now);
      const found = [...new Set(sequences)].map((sequence) => state.get(lane, sequence));
      for (const entry of found) if (entry && isFetchable(entry) && expiresAt(entry) <= now) expire(entry);
      const current = found.map((entry) => entry && state.get(lane, entry.sequence));
      const fetchable = current.filter((entry) => entry !== undefined).filter(isFetchable);
      return fetchable.length < found.length ? undefined : fetchable.map((entry) => lock(entry, now));
    },

    /** Extends locks to the lock duration from now: all of them, or none (undefined) when one is lost. */
    renew: (tokens: readonly string[], now: number): readonly number[] | undefined => {
      advance(now);
      const locked = tokens.map((token) => state.lockedWith(token)).filter((entry) => entry !== undefined);
      if (locked.length < tokens.length) return undefined;
      const until = now + settings.lockMs;
      for (const entry of locked) state.replace(entry, { ...entry, lock: { token: entry.lock?.token ?? "", until } });
      return locked.map(() => until);
    },

    /** Ends a delivery. Dead-lettering what is a dead letter already is not allowed, and changes nothing. */
    settle: (token: string, verdict: Verdict, now: number): "settled" | "lock-lost" | "not-allowed" => {
      advance(now);
      const entry = state.lockedWith(token);
      if (!entry) return "lock-lost";
      const changed =
        "changes" in verdict && verdict.changes ? { ...entry.changes, ...verdict.changes } : entry.changes;
      const after = changed ? { ...entry, changes: changed } : entry;
      switch (verdict.kind) {
        case "complete":
          state.remove(entry);
          break;
        case "release":
          state.replace(entry, unlocked(entry));
          break;
        case "abandon":
          countFailure(after);
          break;
        case "defer":
          state.replace(entry, { ...unlocked(after), phase: "deferred", deliveryCount: entry.deliveryCount + 1 });
          break;
        case "dead-letter":
          if (entry.lane === "dead") return "not-allowed";
          moveToDeadLetters(after, verdict.deadLetter);
          break;
      }
      // What was unlocked may have outlived its time to live meanwhile.
      advance(now);
      return "settled";
    },

    /** The messages of a lane from a sequence number on, whatever their phase, without touching them. */
    browse: (lane: Lane, from: number, now: number): Iterable<Entry> => {
      advance(now);
      return state.from(lane, from);
    },

    counts: (now: number): Counts => {
      advance(now);
      const { main, dead, scheduled, bytes } = state.totals();
      return { active: main - scheduled, deadLettered: dead, scheduled, total: main + dead, bytes };
    },
  };
};

export type QueueRules = ReturnType<typeof queueRules>;

const isFetchable = (entry: Entry): boolean => entry.phase === "deferred" && !entry.lock;

/** The broker's own reasons, in Azure's words: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-dead-letter-queues */
const deadLetters = {
  expired: { reason: "TTLExpiredException", description: "The message expired and was dead lettered." },
  tooOften: (times: number): DeadLetter => ({
    reason: "MaxDeliveryCountExceeded",
    description: `Message could not be consumed after ${times} delivery attempts.`,
  }),
};
