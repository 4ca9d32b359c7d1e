import { median } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import type { PeersOptions } from "./options.ts";
import { isWhole, type summary } from "./summary.ts";

type Chapter = ReturnType<typeof summary>;
type Figures = {
  readonly options: PeersOptions;
  readonly node: string;
  readonly cpus: number;
  /** Why peers were skipped, when they were. */
  readonly skipped?: string | undefined;
  readonly measured: readonly Chapter[];
};

/** The report for people. */
export const report = ({ options, node, cpus, skipped, measured }: Figures): string => {
  const { deliveries, users, concurrency, rounds, durable } = options;
  return `${measured.map(chapter).join("\n\n")}

${skipped === undefined ? "" : `SKIPPED  ${skipped}\n\n`}Deliveries per CPU second. all: of all a side's processes (ours: functions host, bus, tables, identity; theirs: service, Redis). app: of the functions
host's or their service's process alone. Push service and load generator serve all sides and are in nobody's figure. Our bus and tables are stand-ins,
in JavaScript, for what Azure runs; their Redis is what they would run. Ratios: ours in theirs, median (least to most) of ${rounds} rounds in turns, after two more.
Some ${deliveries} deliveries a side and round, ${users} users, ${concurrency} requests at once, state ${durable ? "on disk" : "in memory"}; ${node}, ${cpus} processors for everything.

${guarantees}

${isWhole(measured) ? "Every push reached its device as it was posted." : "MISSING: pushes were refused, lost or bent; see the tables."}`;
};

const chapter = ({ devices, sides, beside }: Chapter): string => {
  const heads = [devices === 1 ? "one device each" : `${devices} devices each`, "all", "app", "deliveries/s"];
  const table = textTable(
    [...heads, "refused", "lost", "again", "CPU ms a delivery"],
    sides.map(({ name, perCpuSecond, perAppCpuSecond, perSecond, cpuMs, refused, lost, duplicates }) => [
      name,
      ...[perCpuSecond, perAppCpuSecond, perSecond, refused, lost, duplicates].map((value) => value.toFixed(0)),
      [["app", cpuMs.app] as const, ...Object.entries(cpuMs.others)]
        .map(([part, ms]) => `${part} ${ms.toFixed(2)}`)
        .join(", "),
    ]),
  );
  const verdicts = beside.map(({ peer, all, app }) => {
    const note = peer === "node-pushnotifications, nothing kept" ? " (less than the job)" : "";
    return `all ${verdict(all)}, app ${verdict(app)} times ${peer}${note}`;
  });
  return [table, ...verdicts].join("\n");
};

const verdict = ({ isAhead, ratios }: Chapter["beside"][number]["all"]): string =>
  `${isAhead ? "ahead" : "BEHIND"} ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;

/** What the same job is worth on each side: of theirs as it stands beside this file, of ours as the contract says. */
const guarantees = `What a 201 promises, and who is told twice. Ours: kept and queued. Retries until the notification's life ends, only for the devices that are due, by a
ledger of who was told what; one that was replaced goes out as it is newest; a POST repeated with its key is absorbed. Any process may be killed, and a device
may then ring once more for the same toast. BullMQ: kept, then queued. Ten attempts in some nine minutes, for the devices that failed. A killed worker's
jobs come again within a minute and push to all their devices once more; killed again, they are given up. A POST repeated is another notification.
In memory a killed store loses all, on either side; on disk Redis loses a second. Nothing kept: pushed once, before the answer, never again.`;
