import * as z from "zod";
import type { Entry } from "./entry.ts";
import type { Journal, Saved } from "./queue-state.ts";
import type { Store } from "./store.ts";

/**
 * How a queue lies in the store. Keys, `<queue>` percent-encoded and in lower case, numbers as 14 hexadecimal digits so that they sort:
 *
 * - `queue/<queue>/next`: the next sequence number, kept apart so that an emptied queue never uses one again
 * - `queue/<queue>/entry/<sequence>`: the entry as JSON; rewritten on every transition, so it is small
 * - `queue/<queue>/content/<first sequence>`: the AMQP message as it came; written once
 * - `queue/<queue>/seen/<time>/<message id>`: duplicate detection, in the order of forgetting
 */
export const queueRecords = (store: Store, queueName: string) => {
  const prefix = `queue/${encodeURIComponent(queueName.toLowerCase())}/`;
  const entryKey = (sequence: number): string => `${prefix}entry/${sortable(sequence)}`;
  const contentKey = (firstSequence: number): string => `${prefix}content/${sortable(firstSequence)}`;
  const seenKey = (messageId: string, at: number): string => `${prefix}seen/${sortable(at)}/${messageId}`;

  const journal: Journal = {
    keep: (entry) => store.put(entryKey(entry.sequence), Buffer.from(JSON.stringify(entry))),
    drop: (entry) => store.delete(entryKey(entry.sequence)),
    keepContent: (firstSequence, content) => store.put(contentKey(firstSequence), content),
    dropContent: (firstSequence) => store.delete(contentKey(firstSequence)),
    keepNextSequence: (next) => store.put(`${prefix}next`, Buffer.from(String(next))),
    remember: (messageId, at) => store.put(seenKey(messageId, at), Buffer.alloc(0)),
    forget: (messageId, at) => store.delete(seenKey(messageId, at)),
  };

  /** Reads the queue as it was last committed. Throws when a record is damaged. */
  const load = async (): Promise<Saved> => {
    const [next] = await store.read([`${prefix}next`]);
    const entries: Entry[] = [];
    for await (const [, value] of store.list(`${prefix}entry/`)) entries.push(parseEntry(value));
    const history: (readonly [string, number])[] = [];
    const seen = `${prefix}seen/`;
    for await (const [key] of store.list(seen)) {
      const [at = "", ...messageId] = key.slice(seen.length).split("/");
      history.push([messageId.join("/"), Number.parseInt(at, 16)]);
    }
    return { nextSequence: Number(next?.toString() ?? 1), entries, history };
  };

  /** The contents of entries whose writes are committed; undefined for one that is gone meanwhile. */
  const contents = (entries: readonly Entry[]): Promise<readonly (Buffer | undefined)[]> =>
    store.read(entries.map((entry) => contentKey(entry.firstSequence)));

  return { journal, load, contents };
};

const sortable = (value: number): string => value.toString(16).padStart(14, "0");

const entrySchema = z.object({
  sequence: z.number(),
  firstSequence: z.number(),
  lane: z.enum(["main", "dead"]),
  phase: z.enum(["active", "scheduled", "deferred"]),
  sizeBytes: z.number(),
  enqueuedAt: z.number(),
  dueAt: z.number().exactOptional(),
  ttlMs: z.number().exactOptional(),
  deliveryCount: z.number(),
  lock: z.object({ token: z.string(), until: z.number() }).exactOptional(),
  changes: z.record(z.string(), z.string()).exactOptional(),
  deadLetter: z.object({ reason: z.string().optional(), description: z.string().optional() }).exactOptional(),
});

const parseEntry = (value: Buffer): Entry => entrySchema.parse(JSON.parse(value.toString()));
