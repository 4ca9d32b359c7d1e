import { median } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import type { Figures, Round } from "./figures.ts";
import type { PipelineOptions } from "./options.ts";

type Reported = {
  readonly options: PipelineOptions;
  readonly node: string;
  readonly cpus: number;
  readonly rounds: readonly Round[];
  readonly api: Figures;
  readonly plain: Figures;
};

/** The report for people: every round, the medians, and the ratio, which alone can be compared between machines. */
export const report = ({ options, node, cpus, rounds, api, plain }: Reported): string => {
  const rows = rounds.flatMap((round, index) => [
    row(`${index + 1} API`, round.api),
    row(`${index + 1} plain loop`, round.plain, true),
  ]);
  const table = textTable(heads, [...rows, row("median API", api), row("median plain loop", plain, true)]);
  const ratios = rounds.map(({ ratio }) => ratio);
  const { users, devices, notifications, concurrency, durable } = options;
  return `${table}

API: POST to all devices of the user; plain loop: web-push.sendNotification for each device, same pushes, same service.
Every push is counted at the device that decrypted it. Rates per second from the first request; times in milliseconds,
"to device" from the caller's answer (below zero: the device had it first). ${notifications} notifications a round for ${users} users of
${devices} devices, ${concurrency} requests at once, state ${durable ? "on disk" : "in memory"}; ${node}, ${cpus} processors for everything, this bench included.
Deliveries, API to plain loop: ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(", ")})`;
};

const heads = [
  "round",
  "accepted/s",
  "deliveries/s",
  "accept p50",
  "p99",
  "to device p50",
  "p99",
  "refused",
  "lost",
  "duplicates",
];

/** A plain push is accepted by its arrival: there is nothing between. */
const row = (name: string, figures: Figures, isPlain = false): string[] => [
  name,
  figures.acceptedPerSecond.toFixed(0),
  figures.deliveriesPerSecond.toFixed(0),
  figures.acceptP50Ms.toFixed(1),
  figures.acceptP99Ms.toFixed(1),
  ...(isPlain ? ["", ""] : [figures.toDeviceP50Ms.toFixed(0), figures.toDeviceP99Ms.toFixed(0)]),
  String(figures.refused),
  String(figures.lost),
  String(figures.duplicates),
];
