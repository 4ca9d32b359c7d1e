import { median } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import { allProcessorTime, overall, type Figures, type Round } from "./figures.ts";
import type { PipelineOptions } from "./options.ts";

/** Deliveries per second, the API's in the other's: at least so much, with so many devices. */
const goals = { plain: { least: 1, devices: 20 }, floor: { least: 0.6, devices: 1 } } as const;

/** Medians over the rounds, and the ratios of each round: they alone can be compared between machines. */
export const summary = (
  rounds: readonly Round[],
  { against, devices }: Pick<PipelineOptions, "against" | "devices">,
) => {
  const [api, other] = [overall(rounds.map((round) => round.api)), overall(rounds.map((round) => round.other))];
  const ratios = rounds.map((round) => round.api.deliveriesPerSecond / round.other.deliveriesPerSecond);
  const goal = goals[against];
  return {
    api,
    other,
    /** Deliveries per second, the API's in the other's. */
    ratios,
    /** Deliveries per second of all processes' time, likewise: other work on the machine is not in it. */
    processorRatios: rounds.map((round) => allProcessorTime(round.other) / allProcessorTime(round.api)),
    goal: goal.devices === devices ? { least: goal.least, isMet: median(ratios) >= goal.least } : undefined,
    lost: api.lost + other.lost,
    refused: api.refused + other.refused,
  };
};

type Reported = ReturnType<typeof summary> & {
  readonly options: PipelineOptions;
  readonly node: string;
  readonly cpus: number;
  readonly rounds: readonly Round[];
};

const otherNames = { plain: "plain loop", floor: "floor" } as const;
const explained = {
  plain: "plain loop: web-push.sendNotification for each device, same pushes, same service",
  floor: `floor: what the service asks of tables, bus and push service for a notification, asked by the bench directly: the UNSID, head and
alias, a transaction of four rows, a message; that received, notification, subscriptions and ledger read, the push, the ledger, completed`,
} as const;

/** The report for people: every round, the medians, where the processors' time went, and the ratios. */
export const report = ({
  options,
  node,
  cpus,
  rounds,
  api,
  other,
  ratios,
  processorRatios,
  goal,
}: Reported): string => {
  const { users, devices, notifications, concurrency, ahead, durable, against } = options;
  const otherName = otherNames[against];
  const rows = rounds.flatMap((round, index) => [
    row(`${index + 1} API`, round.api),
    row(`${index + 1} ${otherName}`, round.other, against === "plain"),
  ]);
  const medians = [row("median API", api), row(`median ${otherName}`, other, against === "plain")];
  const verdict = goal ? `; at least ${goal.least.toFixed(2)}: ${goal.isMet ? "met" : "MISSED"}` : "";
  return `${textTable(heads, [...rows, ...medians])}

${processorTable(api, other, otherName)}

API: POST to all devices of the user, at most ${ahead} notifications ahead of the devices;
${explained[against]}.
Every push is counted at the device that decrypted it, deliveries a second in the steady middle of a round. Times in milliseconds, "to device"
from the caller's answer (below zero: the device had it first). ${notifications} notifications a round for ${users} users of ${devices} devices, ${concurrency} requests
at once, state ${durable ? "on disk" : "in memory"}; ${node}, ${cpus} processors for everything, this bench included.
Deliveries per second of all processes' time, API to ${otherName}: ${spread(processorRatios)}
Deliveries per second, API to ${otherName}: ${spread(ratios)} in ${rounds.length} rounds${verdict}`;
};

const spread = (ratios: readonly number[]): string =>
  `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;

/** Where the processors' time goes. */
const processorTable = (api: Figures, other: Figures, otherName: string): string => {
  const timesOf = (name: string): readonly [number, number] => [
    api.processorTime.get(name) ?? NaN,
    other.processorTime.get(name) ?? NaN,
  ];
  const names = [...api.processorTime.keys()].sort((a, b) => timesOf(b)[0] - timesOf(a)[0]);
  const rows = names.map((name) => [name, ...timesOf(name).map((time) => time.toFixed(0))]);
  const all = ["all", ...[api, other].map((figures) => allProcessorTime(figures).toFixed(0))];
  return textTable(["processor µs a delivery", "API", otherName], [...rows, all]);
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
