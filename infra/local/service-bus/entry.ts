/** The two sub-queues of a queue: the queue itself and its `$deadletterqueue`. */
export type Lane = "main" | "dead";

/** A message lock: only the holder of the token may settle or renew, until the time (milliseconds since 1970) has come. */
type Lock = { readonly token: string; readonly until: number };

/** Why a message is in the dead-letter sub-queue; a consumer may have given neither. */
export type DeadLetter = { readonly reason?: string | undefined; readonly description?: string | undefined };

/** Application properties a consumer changed while settling: name to encoded AMQP value (base64), opaque to the rules. */
export type Changes = Readonly<Record<string, string>>;

/**
 * All the broker knows of one message besides its content. Never mutated: each transition makes a new one.
 *
 * `phase` says how it can be got: `active` in turn, `scheduled` not before `dueAt`, `deferred` by its sequence number only.
 * Whether it is locked is apart from that: a deferred message that is fetched is deferred and locked.
 */
export type Entry = {
  /** Unique in the queue and never used again. A scheduled message gets a new one when it becomes active, as on Azure. */
  readonly sequence: number;
  /** The sequence number it had first; its content is stored under that. */
  readonly firstSequence: number;
  readonly lane: Lane;
  readonly phase: "active" | "scheduled" | "deferred";
  readonly sizeBytes: number;
  readonly enqueuedAt: number;
  /** When a scheduled message becomes active. */
  readonly dueAt?: number;
  /** Counts from `enqueuedAt`; absent means it never expires. */
  readonly ttlMs?: number;
  /** Deliveries that ended without success (the AMQP header's delivery-count). */
  readonly deliveryCount: number;
  readonly lock?: Lock;
  readonly changes?: Changes;
  readonly deadLetter?: DeadLetter;
};

/** When the entry's time to live ends; never for a dead-lettered one, whose time to live Azure no longer looks at. */
export const expiresAt = ({ lane, phase, ttlMs, enqueuedAt }: Entry): number =>
  lane === "dead" || phase === "scheduled" || ttlMs === undefined ? Infinity : enqueuedAt + ttlMs;

/**
 * The time at which something happens to the entry by itself: it becomes active, its lock lapses, or it expires.
 * `Infinity` when it just waits: a lock shields from expiry, and a deferred message expires only when it is asked for.
 */
export const dueAt = (entry: Entry): number => {
  if (entry.phase === "scheduled") return entry.dueAt ?? 0;
  if (entry.lock) return entry.lock.until;
  return entry.phase === "deferred" ? Infinity : expiresAt(entry);
};

/** The entry without its lock. */
export const unlocked = ({ lock: _lock, ...entry }: Entry): Entry => entry;
