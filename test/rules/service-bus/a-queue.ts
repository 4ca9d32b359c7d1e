import type { Entry, Lane } from "../../../infra/local/service-bus/entry.ts";
import { parseQueues, type QueueProperties } from "../../../infra/local/service-bus/queue-settings.ts";
import { queueRules, type QueueRules } from "../../../infra/local/service-bus/queue-rules.ts";
import { nothingSaved, type Journal, type Saved } from "../../../infra/local/service-bus/queue-state.ts";

/** A journal that can be read back at any moment, as a process started after a crash would. */
const memoryJournal = () => {
  const entries = new Map<number, Entry>();
  const contents = new Set<number>();
  const seen = new Map<string, number>();
  let nextSequence = 1;
  const journal: Journal = {
    keep: (entry) => void entries.set(entry.sequence, entry),
    drop: ({ sequence }) => void entries.delete(sequence),
    keepContent: (firstSequence) => void contents.add(firstSequence),
    dropContent: (firstSequence) => void contents.delete(firstSequence),
    keepNextSequence: (next) => void (nextSequence = next),
    remember: (messageId, at) => void seen.set(messageId, at),
    forget: (messageId) => void seen.delete(messageId),
  };
  const saved = (): Saved => {
    const ordered = [...entries.values()].sort((a, b) => a.sequence - b.sequence);
    const copy: Entry[] = JSON.parse(JSON.stringify(ordered));
    return { nextSequence, entries: copy, history: [...seen].sort(([, a], [, b]) => a - b) };
  };
  return { journal, saved, contents: (): readonly number[] => [...contents].sort((a, b) => a - b) };
};

/** A queue of the rules, with times in milliseconds from zero. Lock tokens are `lock-1`, `lock-2`, … */
export const aQueue = (properties: Partial<QueueProperties> = {}) => {
  const [settings] = parseQueues([{ name: "tested", properties: { lockDuration: "PT10S", ...properties } }], "test");
  if (!settings) throw new Error("one queue was declared");
  const kept = memoryJournal();
  let tokens = 0;
  const open = (saved: Saved): QueueRules => queueRules(settings, kept.journal, saved, () => `lock-${++tokens}`);
  return { rules: open(nothingSaved), reopened: () => open(kept.saved()), ...kept };
};

export const message = (messageId: string, more: { ttlMs?: number; dueAt?: number } = {}) => ({
  messageId,
  content: Buffer.from(messageId),
  ...more,
});

/** What a lane holds: enough of each entry to tell what became of it. */
export const held = (rules: QueueRules, lane: Lane, now: number) =>
  [...rules.browse(lane, 0, now)].map(({ sequence, phase, deliveryCount, lock, deadLetter }) => ({
    sequence,
    phase,
    deliveryCount,
    ...(lock && { locked: true }),
    ...(deadLetter && { reason: deadLetter.reason }),
  }));

export const tokenOf = (entry: Entry | undefined): string => entry?.lock?.token ?? "none";
