import { randomUUID } from "node:crypto";
import type { Counts, Arriving, Verdict, QueueRules } from "./queue-rules.ts";
import { queueRules } from "./queue-rules.ts";
import type { Entry, Lane } from "./entry.ts";
import { queueRecords } from "./queue-records.ts";
import type { QueueSettings } from "./queue-settings.ts";
import type { Store } from "./store.ts";

/** A message on its way out: what is known of it, and its content as it came. */
type Outgoing = { readonly entry: Entry; readonly content: Buffer };

/** A receiver attached to one lane of a queue. */
export type Consumer = {
  readonly lane: Lane;
  /** Receive-and-delete: the message is gone, on disk too, before it is handed over. At most once, even across a crash. */
  readonly deletes: boolean;
  /** How many more messages may be locked for it now, those not yet handed over not counted. */
  readonly room: () => number;
  /** Hands a locked (or deleted) message over. False when the receiver is gone: then nothing was handed over. */
  readonly deliver: (message: Outgoing) => boolean;
  readonly isOpen: () => boolean;
  /** Called when there is nothing more to hand over for the room it had: the moment to answer a drain. */
  readonly idle: () => void;
};

/** Messages read from the store at once, so that a receiver with much credit does not put its whole prefetch into memory twice. */
const readAtOnce = 64;
const timerMax = 2_147_483_647;

/** The rules of one queue brought to life: a store, a timer, and receivers served in turn. */
export type QueueHost = {
  readonly settings: QueueSettings;
  readonly hasRoomFor: (bytes: number) => boolean;
  /** Stores messages, all or none; resolves with their sequence numbers once they are durable. */
  readonly accept: (messages: readonly Arriving[]) => Promise<readonly number[]>;
  readonly cancel: (sequences: readonly number[]) => Promise<boolean>;
  readonly settle: (token: string, verdict: Verdict) => Promise<ReturnType<QueueRules["settle"]>>;
  /** Renews all of the locks or, when one is lost, none (undefined). */
  readonly renew: (tokens: readonly string[]) => Promise<readonly number[] | undefined>;
  readonly receiveDeferred: (
    lane: Lane,
    sequences: readonly number[],
    deletes: boolean,
  ) => Promise<readonly Outgoing[] | undefined>;
  readonly browse: (lane: Lane, from: number, countMax: number, bytesMax: number) => Promise<readonly Outgoing[]>;
  readonly counts: () => Counts;
  /** Serves a receiver until the returned function is called. */
  readonly attach: (consumer: Consumer) => () => void;
  /** To be called when a receiver's room may have grown. */
  readonly serve: () => void;
  /** Locks nothing more; resolves when what was under way is handed over or released. */
  readonly stop: () => Promise<void>;
};

/**
 * Opens a queue with all it held when the store was last written, its locks included: a lock is durable before its message is
 * handed over, outlives the consumer's connection and the broker's restart, and ends only when settled or at its time.
 * So a consumer that survives the broker may still complete what it holds (the client does so through `$management`).
 */
export const openQueue = async (settings: QueueSettings, store: Store, now: () => number): Promise<QueueHost> => {
  const records = queueRecords(store, settings.name);
  const rules = queueRules(settings, records.journal, await records.load(), () => randomUUID().replaceAll("-", ""));
  const consumers = new Set<Consumer>();
  /** Messages locked for a receiver and not yet handed over. */
  const underway = new WeakMap<Consumer, number>();
  let timer: { readonly at: number; readonly handle: NodeJS.Timeout } | undefined;
  let lastHandover = Promise.resolve();
  let stopped = false;

  const arm = (): void => {
    const at = rules.nextDue();
    if (stopped || at === timer?.at) return;
    clearTimeout(timer?.handle);
    timer = undefined;
    if (at === undefined) return;
    const onDue = (): void => {
      timer = undefined;
      rules.advance(now());
      serve();
    };
    timer = { at, handle: setTimeout(onDue, Math.min(Math.max(at - now(), 0), timerMax)) };
  };

  /** Locks messages for whoever has room, one each in turn, until the room or the messages are used up. */
  const serve = (): void => {
    const locked: { consumer: Consumer; entry: Entry }[] = [];
    let hungry = [...consumers];
    while (hungry.length > 0 && !stopped) {
      hungry = hungry.filter((consumer) => {
        if (consumer.room() - (underway.get(consumer) ?? 0) <= 0) return false;
        const entry = rules.lockNext(consumer.lane, now());
        if (!entry) return false;
        locked.push({ consumer, entry });
        underway.set(consumer, (underway.get(consumer) ?? 0) + 1);
        // The next one to be served is the one that waited longest.
        consumers.delete(consumer);
        consumers.add(consumer);
        return true;
      });
    }
    arm();
    if (locked.length > 0) handOver(locked);
    for (const consumer of consumers) if (!underway.get(consumer)) consumer.idle();
  };

  /** Hand-overs follow one another, so that messages reach a receiver in the order they were locked. */
  const handOver = (locked: readonly { consumer: Consumer; entry: Entry }[]): void => {
    const durable = store.committed();
    lastHandover = lastHandover.then(async () => {
      await durable;
      for (let start = 0; start < locked.length; start += readAtOnce) {
        const some = locked.slice(start, start + readAtOnce);
        const contents = await records.contents(some.map(({ entry }) => entry));
        // A lock that lapsed before its message could be deleted: the message is somebody else's now.
        const owned = some.map(({ consumer, entry }) => {
          if (!consumer.deletes) return true;
          return consumer.isOpen() && rules.settle(tokenOf(entry), { kind: "complete" }, now()) === "settled";
        });
        if (some.some(({ consumer }) => consumer.deletes)) await store.committed();
        for (const [index, { consumer, entry }] of some.entries()) {
          underway.set(consumer, (underway.get(consumer) ?? 1) - 1);
          const content = contents[index];
          const isDelivered = owned[index] && content !== undefined && consumer.deliver({ entry, content });
          if (!isDelivered) rules.settle(tokenOf(entry), { kind: "release" }, now());
        }
      }
      serve();
    });
  };

  const after = async <T>(result: T): Promise<T> => {
    serve();
    await store.committed();
    return result;
  };

  return {
    settings,
    hasRoomFor: rules.hasRoomFor,
    accept: (messages) => after(messages.map((message) => rules.accept(message, now()))),
    cancel: (sequences) => after(rules.cancel(sequences, now())),
    settle: (token, verdict) => after(rules.settle(token, verdict, now())),
    renew: (tokens) => after(rules.renew(tokens, now())),
    receiveDeferred: async (lane, sequences, deletes) => {
      const entries = await after(rules.lockDeferred(lane, sequences, now()));
      if (!entries) return undefined;
      const contents = await records.contents(entries);
      if (deletes) for (const entry of entries) rules.settle(tokenOf(entry), { kind: "complete" }, now());
      await store.committed();
      return paired(entries, contents);
    },
    browse: async (lane, from, countMax, bytesMax) => {
      const entries = firstOf(rules.browse(lane, from, now()), countMax, bytesMax);
      await store.committed();
      return paired(entries, await records.contents(entries));
    },
    counts: () => rules.counts(now()),
    attach: (consumer) => {
      consumers.add(consumer);
      serve();
      return () => {
        consumers.delete(consumer);
      };
    },
    serve,
    stop: () => {
      stopped = true;
      clearTimeout(timer?.handle);
      return lastHandover;
    },
  };
};

const tokenOf = (entry: Entry): string => entry.lock?.token ?? "";

const paired = (entries: readonly Entry[], contents: readonly (Buffer | undefined)[]): readonly Outgoing[] =>
  entries.flatMap((entry, index) => {
    const content = contents[index];
    return content ? [{ entry, content }] : [];
  });

/** At least one, however large: a message above the limit must not hide those after it. */
const firstOf = (entries: Iterable<Entry>, countMax: number, bytesMax: number): readonly Entry[] => {
  const chosen: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (chosen.length > 0 && (chosen.length >= countMax || bytes + entry.sizeBytes > bytesMax)) break;
    chosen.push(entry);
    bytes += entry.sizeBytes;
  }
  return chosen;
};
