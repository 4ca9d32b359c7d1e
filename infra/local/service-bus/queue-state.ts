import { deadlines } from "./deadlines.ts";
import { dueAt, type Entry, type Lane } from "./entry.ts";
import { sortedNumbers } from "./sorted-numbers.ts";

/** Where every change is written at the moment it is made in memory, in order; what is written together with one call is atomic. */
export type Journal = {
  readonly keep: (entry: Entry) => void;
  readonly drop: (entry: Entry) => void;
  readonly keepContent: (firstSequence: number, content: Buffer) => void;
  readonly dropContent: (firstSequence: number) => void;
  readonly keepNextSequence: (next: number) => void;
  readonly remember: (messageId: string, at: number) => void;
  readonly forget: (messageId: string, at: number) => void;
};

/** What a queue was when it was last written. `history`: message ids seen, with the time, oldest first. */
export type Saved = {
  readonly nextSequence: number;
  readonly entries: Iterable<Entry>;
  readonly history: Iterable<readonly [messageId: string, at: number]>;
};

export const nothingSaved: Saved = { nextSequence: 1, entries: [], history: [] };

/**
 * The entries of one queue with the indices that make each question cheap, and the only place where an entry changes:
 * whoever changes one goes through `add`, `replace` or `remove`, so indices, counters and journal cannot drift apart.
 */
export const queueState = (journal: Journal, saved: Saved) => {
  let nextSequence = saved.nextSequence;
  let bytes = 0;
  const scheduled = { count: 0 };
  const entries = new Map<number, Entry>();
  const lockedBy = new Map<string, number>();
  const lanes = { main: laneIndex(), dead: laneIndex() };
  const due = deadlines(({ at, sequence }) => {
    const entry = entries.get(sequence);
    return entry !== undefined && dueAt(entry) === at;
  });

  const index = (entry: Entry): void => {
    const { sequence, phase, lock } = entry;
    entries.set(sequence, entry);
    lanes[entry.lane].all.add(sequence);
    if (lock) lockedBy.set(lock.token, sequence);
    else if (phase === "active") lanes[entry.lane].ready.add(sequence);
    if (phase === "scheduled") scheduled.count += 1;
    const at = dueAt(entry);
    if (at !== Infinity) due.add({ at, sequence });
    bytes += entry.sizeBytes;
  };

  const unindex = (entry: Entry): void => {
    const lane = lanes[entry.lane];
    entries.delete(entry.sequence);
    lane.all.delete(entry.sequence);
    lane.ready.delete(entry.sequence);
    if (entry.lock) lockedBy.delete(entry.lock.token);
    if (entry.phase === "scheduled") scheduled.count -= 1;
    bytes -= entry.sizeBytes;
  };

  for (const entry of saved.entries) index(entry);

  return {
    takeSequence: (): number => {
      const sequence = nextSequence;
      nextSequence += 1;
      journal.keepNextSequence(nextSequence);
      return sequence;
    },
    add: (entry: Entry, content: Buffer): void => {
      index(entry);
      journal.keepContent(entry.firstSequence, content);
      journal.keep(entry);
    },
    replace: (before: Entry, after: Entry): Entry => {
      unindex(before);
      index(after);
      if (after.sequence !== before.sequence) journal.drop(before);
      journal.keep(after);
      return after;
    },
    remove: (entry: Entry): void => {
      unindex(entry);
      journal.drop(entry);
      journal.dropContent(entry.firstSequence);
    },
    get: (lane: Lane, sequence: number): Entry | undefined => {
      const entry = entries.get(sequence);
      return entry?.lane === lane ? entry : undefined;
    },
    lockedWith: (token: string): Entry | undefined => entries.get(lockedBy.get(token) ?? -1),
    firstReady: (lane: Lane): Entry | undefined => entries.get(lanes[lane].ready.first() ?? -1),
    *from(lane: Lane, sequence: number): Generator<Entry, void> {
      for (const found of lanes[lane].all.from(sequence)) {
        const entry = entries.get(found);
        if (entry) yield entry;
      }
    },
    takeDue: (now: number): Entry | undefined => entries.get(due.takeDue(now)?.sequence ?? -1),
    nextDue: (): number | undefined => due.next(),
    totals: () => ({ main: lanes.main.all.size(), dead: lanes.dead.all.size(), scheduled: scheduled.count, bytes }),
  };
};

/** `all`: every entry of the lane; `ready`: those a receiver can get now, in the order it gets them. */
const laneIndex = () => ({ all: sortedNumbers(), ready: sortedNumbers() });
