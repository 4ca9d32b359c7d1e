import { memoryTable } from "../support/memory-table.ts";
import { tableNames, type Change, type Table, type Tables } from "../../shared/storage/table.ts";
import { dataCipher, type DataCipher } from "../../shared/data-keys.ts";
import type { RetryPolicy } from "../../shared/delivery/decide.ts";
import { fanoutSettings, memoryQueue, type MemoryQueue } from "./queue.memory.ts";
import type { Random } from "./random.ts";
import { schedulerFrom, type Scheduler } from "./scheduler.ts";
import { traceFrom, type Trace } from "./trace.ts";
import { drawWeather, type Chances, type Weather } from "./weather.ts";

/** The app that all is about. */
export const hostName = "app.contoso.com";

/** What all instances of a world are configured with. */
type Settings = {
  readonly userWrites: { readonly per5Minutes: number; readonly perDay: number };
  readonly policy: RetryPolicy;
  readonly messagesAtOnce: number;
  readonly pushesAtOnce: number;
};

/** What everything in a world shares: its time and chance, what is stored and queued, and the account of what happens. */
export type World = {
  readonly random: Random;
  readonly scheduler: Scheduler;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly weather: Weather;
  readonly settings: Settings;
  /** The stores themselves: what is read here is the truth, at once and without a fault. */
  readonly tables: Tables;
  /** Tells of each change of the table `feeds`, when it has been made. */
  readonly onFeedChange: (listen: (change: Change) => void) => void;
  readonly queue: MemoryQueue;
  readonly cipher: DataCipher;
  readonly trace: Trace;
  /** How long a request is under way, or an answer; milliseconds. Mostly short. */
  readonly way: () => number;
  /** Whether a fault comes, and which. */
  readonly faultOf: <Fault>(chances: Chances<Fault>) => Fault | undefined;
  /** The same of an alert, which has faults of its own. */
  readonly faultOfAlert: <Fault>(chances: Chances<Fault>) => Fault | undefined;
  /** When the last fault came that was drawn, epoch milliseconds. */
  readonly lastFaultAt: () => number;
  /** Whether faults still come. */
  readonly isStormy: () => boolean;
  readonly calmDown: () => void;
  readonly count: (what: string) => void;
  readonly counts: Readonly<Record<string, number>>;
  /** Something that must never happen has. */
  readonly violate: (sentence: string) => void;
  readonly violations: readonly string[];
};

/** Early in a day: what expires and is purged by the hour has hours to pass. */
const startedAt = Date.UTC(2026, 0, 5, 6, 59, 30);

export const worldFrom = (random: Random, isTraced: boolean): World => {
  const weather = drawWeather(random);
  const scheduler = schedulerFrom(startedAt);
  const sinceStart = (): number => scheduler.now() - startedAt;
  const trace = traceFrom(isTraced, sinceStart);
  const counts: Record<string, number> = {};
  const violations: string[] = [];
  let isStormy = true;
  let faultsLeft = weather.faultsMost;
  let alertFaultsLeft = weather.alertFaultsMost;
  let lastFaultAt = startedAt;
  const listeners: ((change: Change) => void)[] = [];
  const lockMs = random.pick([10_000, 60_000]);
  return {
    random,
    scheduler,
    startedAt,
    weather,
    trace,
    settings: {
      userWrites: { per5Minutes: random.chance(0.25) ? random.whole(2, 5) : 100, perDay: 8_000 },
      policy: { baseSeconds: random.pick([1, 5, 5]), capSeconds: random.pick([60, 600, 3_600]) },
      messagesAtOnce: random.pick([1, 2, 4]),
      pushesAtOnce: random.pick([1, 4, 16]),
    },
    tables: storesFrom((changes) => {
      for (const change of changes) for (const listen of listeners) listen(change);
    }),
    onFeedChange: (listen) => void listeners.push(listen),
    queue: memoryQueue({
      clock: scheduler,
      settings: { ...fanoutSettings, lockMs, maxDeliveryCount: random.pick([1, 2, 4, 10, 10]) },
    }),
    cipher: dataCipher([{ id: "k1", key: new Uint8Array(32).fill(7) }]),
    way: () => Math.floor(random.next() ** 2 * weather.latencyMs),
    faultOf: ({ part, kinds }) => {
      if (!isStormy || faultsLeft === 0 || !random.chance(part)) return undefined;
      faultsLeft -= 1;
      lastFaultAt = scheduler.now();
      return random.pickOf(kinds);
    },
    faultOfAlert: ({ kinds }) => {
      if (alertFaultsLeft === 0 || !random.chance(0.5)) return undefined;
      alertFaultsLeft -= 1;
      lastFaultAt = scheduler.now();
      return random.pickOf(kinds);
    },
    lastFaultAt: () => lastFaultAt,
    isStormy: () => isStormy,
    calmDown: () => {
      isStormy = false;
      trace.line("world", "calms down: no more faults");
    },
    count: (what) => (counts[what] = (counts[what] ?? 0) + 1),
    counts,
    violate: (sentence) => {
      trace.line("VIOLATED", sentence);
      if (!violations.includes(sentence)) violations.push(sentence);
    },
    violations,
  };
};

const storesFrom = (changed: (changes: readonly Change[]) => void): Tables => {
  const table = (): Table => memoryTable({ turn: () => Promise.resolve() });
  const feeds = table();
  const watched: Table = {
    ...feeds,
    write: async (change) => {
      await feeds.write(change);
      changed([change]);
    },
    transact: async (changes) => {
      await feeds.transact(changes);
      changed(changes);
    },
  };
  const stores = Object.fromEntries(tableNames.map((name) => [name, table()]));
  return { ...stores, feeds: watched } as Tables; // each of its names has one
};
