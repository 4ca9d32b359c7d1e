import declared from "../../infra/queues.json" with { type: "json" };
import type { Entry, Lane } from "../../infra/local/service-bus/entry.ts";
import { queueRules } from "../../infra/local/service-bus/queue-rules.ts";
import { parseQueues, type QueueSettings } from "../../infra/local/service-bus/queue-settings.ts";
import { nothingSaved, type Journal } from "../../infra/local/service-bus/queue-state.ts";
import type { Clock } from "../../shared/clock.ts";
import { fanoutQueue, type Fanout } from "../../shared/fanout/fanout.ts";
import { messageOf } from "../../shared/fanout/message.ts";
import type { Peeked, Queue, QueueCounts, Received, Sent, Settled } from "./queue.ts";

/** The queue `fanout` as it is declared for Azure. */
export const fanoutSettings: QueueSettings = (() => {
  const settings = parseQueues(declared, "infra/queues.json").find(({ name }) => name === fanoutQueue);
  if (!settings) throw new Error(`infra/queues.json declares no queue ${fanoutQueue}.`);
  return settings;
})();

/** The queue in memory: every answer is there at once, and nothing happens by itself. */
export type MemoryQueue = {
  readonly [Method in keyof Queue]: (...given: Parameters<Queue[Method]>) => Awaited<ReturnType<Queue[Method]>>;
} & {
  /** Sends as an instance of the app with this clock does; the broker keeps to its own. */
  readonly fanout: (instance: Clock) => Fanout;
  /** What is received under this token is lost to its holder at once, as if the lock had run out. */
  readonly loseLock: (token: string) => void;
  /** Epoch milliseconds of the next thing that happens without anybody's doing: a time has come, a lock runs out, a life ends. */
  readonly nextDue: () => number | undefined;
};

type Options = {
  /** The broker's clock. It may go on by any step: at the next question all that was due meanwhile has happened, each thing at its time. */
  readonly clock: Clock;
  readonly settings?: QueueSettings;
  /** Names of locks, each another; numbers in their order by default. */
  readonly newToken?: () => string;
};

/**
 * The queue and its dead letters in this process's memory, by the very rules of the emulator that speaks Service Bus' wire protocol:
 * locks, delivery counts, schedule, time to live, duplicate detection. Bodies go through JSON, as over the wire.
 */
export const memoryQueue = ({ clock, settings = fanoutSettings, newToken = numbered() }: Options): MemoryQueue => {
  const contents = new Map<number, Buffer>();
  const rules = queueRules(settings, keepingContents(contents), nothingSaved, newToken);

  /** The time, once all that was due by then has happened, each thing at its own: a broker's timers do not wait to be asked. */
  const now = (): number => {
    const time = clock.now();
    for (let due = rules.nextDue(); due !== undefined && due <= time; due = rules.nextDue()) rules.advance(due);
    return time;
  };
  const contentOf = ({ firstSequence }: Entry): Content => {
    const content = contents.get(firstSequence);
    if (!content) throw new Error(`The content of message ${firstSequence} is gone.`);
    return JSON.parse(content.toString()) as Content;
  };
  const seen = (entry: Entry) => ({
    ...contentOf(entry),
    sequence: entry.sequence,
    ...(entry.ttlMs !== undefined && { expiresAt: entry.enqueuedAt + entry.ttlMs }),
  });
  const receive = (lane: Lane): Received | undefined => {
    const entry = rules.lockNext(lane, now());
    if (!entry?.lock) return undefined;
    const { token, until: lockedUntil } = entry.lock;
    return { ...seen(entry), token, lockedUntil, deliveryCount: entry.deliveryCount + 1 };
  };
  const peek = (lane: Lane): Peeked[] => Array.from(rules.browse(lane, 0, now()), peeked);
  const peeked = (entry: Entry): Peeked => {
    const reason = entry.deadLetter?.reason;
    return { ...seen(entry), failures: entry.deliveryCount, ...(reason !== undefined && { deadLetterReason: reason }) };
  };
  const settle = (token: string, kind: "complete" | "abandon"): Settled => {
    const result = rules.settle(token, { kind }, now());
    if (result === "not-allowed") throw new Error(`The broker does not allow to ${kind} this.`);
    return result;
  };

  const send = ({ messageId, body, timeToLive: ttlMs, scheduledEnqueueTimeUtc: due }: Sent): void => {
    const content = Buffer.from(JSON.stringify({ messageId, body } satisfies Content));
    rules.accept({ messageId, content, ttlMs, dueAt: due?.getTime() }, now());
  };

  return {
    send,
    fanout: (instance) => ({
      send: async (job, { expiresAt }) => {
        await Promise.resolve();
        send(messageOf(job, expiresAt, instance.now()));
      },
    }),
    receive: () => receive("main"),
    receiveDeadLetter: () => receive("dead"),
    complete: (token) => settle(token, "complete"),
    abandon: (token) => settle(token, "abandon"),
    loseLock: (token) => {
      settle(token, "abandon");
    },
    renew: (token) => rules.renew([token], now())?.[0],
    peek: () => peek("main"),
    peekDeadLetters: () => peek("dead"),
    nextDue: rules.nextDue,
    counts: (): QueueCounts => {
      const { active, scheduled, deadLettered } = rules.counts(now());
      return { active, scheduled, deadLettered };
    },
  };
};

const numbered = (): (() => string) => {
  let last = 0;
  return () => `lock ${(last += 1)}`;
};

const nothing = (): void => undefined;

/** What a message says, as it goes over the wire. */
type Content = Pick<Sent, "messageId" | "body">;

/** A journal that keeps nothing, but for what the messages say: the rules do not remember that. */
const keepingContents = (contents: Map<number, Buffer>): Journal => ({
  keep: nothing,
  drop: nothing,
  keepContent: (firstSequence, content) => void contents.set(firstSequence, content),
  dropContent: (firstSequence) => void contents.delete(firstSequence),
  keepNextSequence: nothing,
  remember: nothing,
  forget: nothing,
});
