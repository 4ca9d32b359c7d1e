import type { Clock } from "../shared/clock.ts";
import { ageSecondsOf, type DeadLetter, type DeadLetters } from "../shared/fanout/dead-letters.ts";
import type { Emit, FanfareEvent } from "../shared/telemetry/events.ts";
import { Unavailable } from "../shared/unavailable.ts";

type Uses = { readonly deadLetters: Pick<DeadLetters, "all">; readonly clock: Clock };

/** Every minute, at half of it: the other timers start at its beginning. */
export const watchSchedule = "30 * * * * *";

/** A look goes no further, from the lowest number on: whoever has so many has to act, not to count. */
const seenMax = 1_000;
/** A run tells so many one by one; a queue that fails as a whole would fill the log with the same sentence. */
const toldMax = 20;

/**
 * Looks at the dead letters and tells of them: always of all together, so that silence means that nobody looks, and of each that this
 * instance has not seen before. The first look after a start takes all that are there for new. Nothing is taken: only the operator
 * decides about them (`npm run ops -- dead-letters`). A bus that is away is told, too, and is no reason to reject.
 */
export const watchDeadLetters = ({ deadLetters, clock }: Uses): ((emit: Emit) => Promise<void>) => {
  let seen: ReadonlySet<string> = new Set();
  return async (emit) => {
    const startedAt = clock.now();
    try {
      const { letters, isMore } = await look(deadLetters);
      // By number alone: a message that was late to die has a lower one than those that are known.
      const fresh = letters.filter(({ sequence }) => !seen.has(sequence));
      seen = new Set(letters.map(({ sequence }) => sequence));
      for (const letter of fresh.slice(0, toldMax)) emit(eventOf(letter, startedAt));
      emit({
        event: "dead-letters",
        total: letters.length,
        isMore,
        fresh: fresh.length,
        untold: Math.max(0, fresh.length - toldMax),
        oldestSeconds: Math.max(0, ...letters.map((letter) => ageSecondsOf(letter, startedAt))),
        durationMs: clock.now() - startedAt,
      });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      emit({ event: "dead-letters", unavailable: error.message, durationMs: clock.now() - startedAt });
    }
  };
};

const look = async ({ all }: Uses["deadLetters"]): Promise<{ letters: readonly DeadLetter[]; isMore: boolean }> => {
  const letters: DeadLetter[] = [];
  for await (const letter of all()) {
    if (letters.length === seenMax) return { letters, isMore: true };
    letters.push(letter);
  }
  return { letters, isMore: false };
};

const eventOf = (letter: DeadLetter, now: number): FanfareEvent => {
  const { sequence, messageId, content, reason, description, deliveryCount } = letter;
  return {
    event: "dead-letter",
    sequence,
    messageId,
    ...(content.kind === "job"
      ? {
          kind: content.job.kind,
          notificationId: content.job.id,
          version: content.job.version,
          hop: content.job.hop,
        }
      : { unreadable: content.fault }),
    ...(reason !== undefined && { reason }),
    ...(description !== undefined && { description }),
    deliveryCount,
    ageSeconds: ageSecondsOf(letter, now),
  };
};
