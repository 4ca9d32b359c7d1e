import type { IncomingHttpHeaders } from "node:http";
import { keyNumber, type Change, type Store } from "./store.ts";

/** What a push service notes of one request, apart from its number and time. */
export type Arrival = {
  /** The addressed device, or null when the address is nobody's. */
  readonly device: { readonly name: string; readonly deviceId: string } | null;
  /** As they arrived, names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** What the device made of it, decrypted; null when it never got there or could not be decrypted. */
  readonly content: string | null;
  /** The status the sender was answered, or null when a fault left it without an answer. */
  readonly status: number | null;
  /** Why there is no content. */
  readonly reason?: string;
  /** What a real browser said of it: 100 delivered, 101 cannot be decrypted, 102 not delivered. */
  readonly ack?: number;
};

/** All requests a push service got, numbered from 1 without gaps, the latest of them kept. */
export type ReceivedLog = {
  /** Numbers and notes an arrival. The changes are to be committed before the sender is answered. */
  readonly append: (arrival: Arrival) => { seq: number; at: string; changes: Change[] };
  /** The kept entries whose number is above `seq`, in order, each as its JSON text. */
  readonly since: (seq: number) => readonly string[];
  /** Resolves when there is an entry above `seq`, or the signal is aborted. Never rejects. */
  readonly grown: (seq: number, signal: AbortSignal) => Promise<void>;
  /** Forgets all entries; numbers go on. */
  readonly clear: () => Change[];
};

type Options = { readonly store: Store; readonly kept: number; readonly now: () => number };

const prefix = "received!";
// Where the numbers stand is kept apart from the entries: they must not start again after a clear and a restart.
const numberKey = "received-number";

/** Loads the log. `kept` is how many entries stay, in memory and on disk; older ones are forgotten one by one. */
export const receivedLog = async ({ store, kept, now }: Options): Promise<ReceivedLog> => {
  const found = await store.entries(prefix);
  const stored = found.slice(-kept);
  // More than that are there when the setting was higher the last time.
  await store.commit(found.slice(0, -kept).map(([key]) => ({ type: "del", key: prefix + key })));
  const number = await store.entries(numberKey);
  // Entries are kept as the JSON they are stored and served as: serialised once, and a page is a mere join.
  let texts = stored.map(([, text]) => text);
  let last = Math.max(Number(number[0]?.[1] ?? 0), Number(stored.at(-1)?.[0] ?? 0));
  const waiting = new Set<() => void>();

  const first = (): number => last - texts.length + 1;
  const keyOf = (seq: number): string => prefix + keyNumber(seq);

  return {
    append: (arrival) => {
      const seq = ++last;
      const at = new Date(now()).toISOString();
      const text = textOf(seq, at, arrival);
      texts.push(text);
      const changes: Change[] = [{ type: "put", key: keyOf(seq), value: text }];
      if (seq > kept) changes.push({ type: "del", key: keyOf(seq - kept) });
      // Trimmed now and then: moving a long array for every push would be the costliest thing done here.
      if (texts.length > kept * 1.25 + 1000) texts = texts.slice(-kept);
      for (const tell of waiting) tell();
      return { seq, at, changes };
    },
    since: (seq) => texts.slice(Math.max(0, seq + 1 - first(), texts.length - kept)),
    grown: (seq, signal) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (last <= seq && !signal.aborted) return;
          waiting.delete(look);
          signal.removeEventListener("abort", look);
          resolve();
        };
        waiting.add(look);
        signal.addEventListener("abort", look);
        look();
      }),
    clear: () => {
      const forgotten = texts.map((_text, index): Change => ({ type: "del", key: keyOf(first() + index) }));
      texts = [];
      return [...forgotten, { type: "put", key: numberKey, value: String(last) }];
    },
  };
};

const textOf = (seq: number, at: string, { device, headers, content, status, reason, ack }: Arrival): string =>
  JSON.stringify({
    seq,
    at,
    device: device?.name ?? null,
    deviceId: device?.deviceId ?? null,
    headers,
    content,
    status,
    reason,
    ack,
  });
