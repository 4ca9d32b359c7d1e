import { RowConflict, type StoredRow, type Table, type Tables, tableNames } from "../../shared/storage/table.ts";
import { Unavailable } from "../../shared/unavailable.ts";
import type { CallFault, Outage } from "./weather.ts";
import type { World } from "./world.ts";

/** Whose calls they are. */
export type Caller = { readonly name: string; readonly isAlive: () => boolean; readonly crash: () => void };

/** One call to a store of ours. */
export type StoreCall<T> = {
  /** What is away when it cannot be reached. */
  readonly store: Exclude<Outage["what"], "push">;
  readonly what: string;
  readonly effect: () => Promise<T>;
  /** After so many milliseconds the client gives up. */
  readonly limitMs: number;
  /** The client sends it again by itself when an answer is lost. */
  readonly isRepeatable: boolean;
};

/** A call as it goes through the weather: the time of its way, what it meets, and whether its caller is still there for the answer. */
export const callsOf = (world: World, caller: Caller) => {
  const { random, scheduler, weather, trace } = world;

  const faultOf = ({ isRepeatable }: StoreCall<unknown>): CallFault | undefined => {
    const fault = world.faultOf(weather.calls);
    return fault === "done, and repeated by the client" && !isRepeatable ? "away after the effect" : fault;
  };

  return <T>(call: StoreCall<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const { store, what, effect, limitMs } = call;
      const fault = outageOf(world, store) ? "away before the effect" : faultOf(call);
      if (fault) world.count(`${store}: ${fault}`);
      world.count(`calls to ${store}`);
      const startedAt = scheduler.now();
      const say = (outcome: string): void =>
        trace.line(caller.name, `${what}${fault ? ` [${fault}]` : ""}: ${outcome}`);

      const answer = (give: () => void, outcome: string, backMs = random.chance(0.7) ? 0 : world.way()): void => {
        const settle = (): void => {
          if (!caller.isAlive()) return;
          // A client that waited in vain stops waiting, whatever comes later.
          if (scheduler.now() - startedAt > limitMs) reject(unavailable(store));
          else give();
        };
        say(outcome);
        if (backMs <= 0) settle();
        else scheduler.after(Math.min(backMs, limitMs + 1 - (scheduler.now() - startedAt)), settle);
      };
      const away = (backMs?: number): void => answer(() => reject(unavailable(store)), "away", backMs);
      const failing = (error: Error): void => {
        if (error instanceof RowConflict) world.count(`conflicts: ${what.split(" ")[0] ?? ""}`);
        answer(() => reject(error), error instanceof RowConflict ? "conflict" : String(error));
      };
      const take = (): Promise<T> => (fault === "done, and repeated by the client" ? effect().then(effect) : effect());
      const waits = (): number => (random.chance(0.5) ? world.way() : random.whole(0, limitMs));

      const arrive = (): void => {
        // What was sent before its sender died may arrive all the same.
        if (!caller.isAlive()) {
          if (random.chance(0.5))
            effect().then(
              () => say("done for the dead"),
              () => undefined,
            );
          return;
        }
        switch (fault) {
          case "crash before the effect":
            say("not done");
            caller.crash();
            return;
          case "crash after the effect":
            void effect().then(
              () => say("done"),
              () => say("refused"),
            );
            caller.crash();
            return;
          case "away before the effect":
            away(waits());
            return;
          case "away after the effect":
            void effect().then(
              () => away(waits()),
              () => away(waits()),
            );
            return;
          case "away, and the effect comes later":
            scheduler.after(random.whole(1, 10_000), () => {
              effect().then(
                () => say("done late"),
                () => say("refused late"),
              );
            });
            away(waits());
            return;
          case "done, and repeated by the client":
          case "slow":
          case undefined:
            void take().then((value) => answer(() => resolve(value), told(value)), failing);
        }
      };
      scheduler.after(fault === "slow" ? random.whole(500, limitMs) : world.way(), arrive);
    });
};

export type Calls = ReturnType<typeof callsOf>;

/** The outage of this that is on, if there is one. */
export const outageOf = (
  { weather, scheduler, isStormy, startedAt }: World,
  what: Outage["what"],
): Outage | undefined => {
  const sinceStart = scheduler.now() - startedAt;
  const isOn = (outage: Outage): boolean =>
    outage.what === what && sinceStart >= outage.from && sinceStart < outage.until;
  return isStormy() ? weather.outages.find(isOn) : undefined;
};

const unavailable = (store: StoreCall<unknown>["store"]): Unavailable =>
  new Unavailable(store === "tables" ? "Table storage" : "Service Bus", { cause: undefined });

/** The queue's answers are words: settled, lock-lost. */
const told = (value: unknown): string => {
  if (typeof value === "string") return value;
  return value === undefined ? "done" : Array.isArray(value) ? `${value.length} rows` : "a row";
};

/** `callTimeoutMs` of the real one. */
const tableLimitMs = 5_000;

/** The tables as an instance reaches them. */
export const tablesThrough = (calls: Calls, stores: Tables): Tables => {
  const through = (name: string, table: Table): Table => {
    const call = <T>(what: string, effect: () => Promise<T>, isRepeatable = true): Promise<T> =>
      calls({ store: "tables", what: `${name} ${what}`, effect, limitMs: tableLimitMs, isRepeatable });
    return {
      find: (partitionKey, rowKey) => call(`find ${rowKey}`, () => table.find(partitionKey, rowKey)),
      range: (...where) => rowsOf(call(`range ${where[1]}`, () => allOf(table.range(...where)))),
      partitionsBelow: (...where) => rowsOf(call("partitions below", () => allOf(table.partitionsBelow(...where)))),
      withRowKey: onlyTheOperator,
      withRowKeys: onlyTheOperator,
      all: () => rowsOf(call("all", () => allOf(table.all()))),
      write: (change) =>
        call(`${change.kind} ${change.kind === "delete" ? change.rowKey : change.row.rowKey}`, () =>
          table.write(change),
        ),
      transact: (changes) => call(`transact ${changes.length}`, () => table.transact(changes)),
    };
  };
  return Object.fromEntries(tableNames.map((name) => [name, through(name, stores[name])])) as Tables; // each of its names has one
};

const onlyTheOperator = (): never => {
  throw new Error("Only the operator asks so.");
};

const rowsOf = async function* (rows: Promise<readonly StoredRow[]>): AsyncIterable<StoredRow> {
  yield* await rows;
};

const allOf = async (rows: AsyncIterable<StoredRow>): Promise<StoredRow[]> => {
  const all: StoredRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
};
