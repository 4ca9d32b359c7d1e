import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { secretsIn } from "../../../infra/local/secrets.ts";
import { tablesConnectionString } from "../../../infra/local/tables/connection.ts";
import { createTables, openTables } from "../../../shared/storage/azure.table.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { startProgram } from "../../support/program.ts";
import { measuredDevices } from "./devices.ts";
import { flatnessOf, measured } from "./flatness.ts";
import { growthOptions, help, sizesTo, type Axis, type GrowthOptions } from "./options.ts";
import { flatnessReport, linearityReport } from "./report.ts";
import type { ServiceTables } from "./service.ts";
import { worldOfFeed, worldOfUsers, type World } from "./worlds.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A bench that is stuck ends all the same. */
const endsWithinMs = 40 * 60_000;

/** Runs the bench and prints its report, axis by axis. Resolves to the exit code: 1 when something grows that must not, or was not delivered. */
export const growth = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  const options = growthOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const stop = firstSignal([interrupted, AbortSignal.timeout(endsWithinMs)]);
  let isMet = true;
  for (const axis of options.axes) {
    const ended = axis === "devices" ? await ofDevices(options, stop) : await ofTables(axis, options, stop);
    isMet &&= ended.isMet;
    console.log(options.json ? JSON.stringify({ bench: "growth", axis, ...options, ...ended.figures }) : ended.report);
  }
  const machine = `${options.rounds} rounds in turns, ${options.lives} lives a size and round; medians (least to most). CPU is this process's, on ${availableParallelism()} processors that others share. ${process.version}.`;
  if (!options.json) console.log(machine);
  return isMet ? 0 : 1;
};

type Ended = { readonly isMet: boolean; readonly figures: object; readonly report: string };

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

const ofDevices = async ({ rounds }: GrowthOptions, stop: AbortSignal): Promise<Ended> => {
  const figures = await measuredDevices({ rounds, stop });
  return { isMet: figures.isMet && figures.missing === 0, figures, report: linearityReport(figures) };
};

const ofTables = async (axis: Exclude<Axis, "devices">, options: GrowthOptions, stop: AbortSignal): Promise<Ended> => {
  const use = async (tables: () => Promise<ServiceTables>, place: string): Promise<Ended> => {
    const worlds: World[] = [];
    for (const size of sizesTo(options[axis])) {
      const startedAt = performance.now();
      const making = { size, tables: await tables(), atOnce: options.azurite ? 8 : 64, stop };
      worlds.push(await (axis === "feed" ? worldOfFeed(making) : worldOfUsers(making)));
      say(`${axis} ${size}: filled in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
    }
    const figures = flatnessOf(await measured(worlds, { ...options, stop }), options.azurite);
    return { isMet: figures.isMet, figures, report: flatnessReport(axis, place, figures) };
  };
  return options.azurite ? onAzurite((tables) => use(tables, "of Azurite")) : use(inMemory, "in memory");
};

const inMemory = (): Promise<ServiceTables> => {
  const [feeds, unsids, apps, deliveries, expiries] = Array.from({ length: 5 }, () => memoryTable()) as TablesInOrder;
  return Promise.resolve({ feeds, unsids, apps, deliveries, expiries });
};
type Memory = ReturnType<typeof memoryTable>;
type TablesInOrder = [Memory, Memory, Memory, Memory, Memory];

/** The local stack's table service, in memory and in a process of its own; each size has an account. */
const onAzurite = async (use: (tables: () => Promise<ServiceTables>) => Promise<Ended>): Promise<Ended> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-bench-"));
  const accounts = ["smallest", "middle", "largest"];
  const { tablesKey } = await secretsIn(folder);
  const env = { FANFARE_TABLES_PORT: "0", FANFARE_EPHEMERAL: "1", FANFARE_TABLES_ACCOUNTS: accounts.join(",") };
  const program = await startProgram({ name: "tables", env: { ...env, FANFARE_DATA_DIR: folder } });
  const port = Number(/:(\d+)$/.exec(program.ready)?.[1]);
  try {
    return await use(async () => {
      const connectionString = tablesConnectionString(port, tablesKey, accounts.shift() ?? "");
      await createTables({ kind: "connection-string", connectionString });
      return openTables({ kind: "connection-string", connectionString });
    });
  } finally {
    await program.kill(); // it keeps nothing, so there is nothing to wait for
    await rm(folder, { recursive: true, force: true });
  }
};
