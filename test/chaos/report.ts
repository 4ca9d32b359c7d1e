import type { ChaosOptions } from "./options.ts";
import { isBroken, type Verdict } from "./verdict.ts";
import type { Storm } from "./storm.ts";

export type Reported = {
  readonly options: ChaosOptions;
  readonly storm: Storm;
  readonly verdict: Verdict;
  /** How many channels the service dropped because a push service said gone, as far as it told. */
  readonly pruned: number;
};

/** Whether the run shows a fault: the word was broken, or the stack did not come to rest, or an answer was none that an outage may cause. */
export const isFailed = ({ verdict, storm: { answers, left, isWell } }: Pick<Reported, "verdict" | "storm">): boolean =>
  isBroken(verdict) ||
  !isWell ||
  answers.wrong.length + answers.open > 0 ||
  left === undefined ||
  left.active + left.scheduled > 0;

type Row = readonly [name: string, count: number | string, note?: string];

/** The table for people. */
export const report = (reported: Reported): string => {
  const { options, verdict, storm } = reported;
  const rows = [...promised(reported), ...happened(reported)];
  const [names, counts] = [rows.map(([name]) => name.length), rows.map(([, count]) => String(count).length)];
  const line = ([name, count, note = ""]: Row): string =>
    `${name.padEnd(Math.max(...names))}  ${String(count).padStart(Math.max(...counts))}  ${note}`.trimEnd();
  const kept = isFailed({ verdict, storm }) ? "FAILED" : "Nothing that was accepted is lost, nothing is shown twice";
  return `${rows.map(line).join("\n")}

${kept}: ${options.seconds} s of faults at ${options.rate} posts/s, drained ${seconds(storm.drainedAfterMs)} s after them. Seed ${options.seed}, ${process.version}.`;
};

const promised = ({ verdict, storm: { answers, left }, pruned }: Reported): Row[] => [
  ["accepted", answers.accepted.length, "answered 201 or 200"],
  ["owed", verdict.owed, "newest content of each, to each device that was subscribed"],
  ["delivered", verdict.owed - verdict.lost.length, "decrypted by the device"],
  ["lost", verdict.lost.length, "must be 0"],
  ["outdated", verdict.outdated.length, "must be 0: the device shows something older than it got"],
  ["stacked", verdict.stacked.length, "must be 0: two toasts for one notification"],
  ["misdirected", verdict.strangers, "must be 0: to another user's device"],
  ["renamed", verdict.renamed.length, "must be 0: one notification under two ids"],
  ["wrong answers", answers.wrong.length, "must be 0: neither taken nor a true 406"],
  ["not taken", answers.open, "must be 0: still refused a minute after the last fault"],
  ["left on the queue", left === undefined ? "unknown" : left.active + left.scheduled, "must be 0"],
  ["dead letters", left?.deadLetters ?? "unknown"],
  ["duplicates", verdict.rangAgain, "the same content once more: after a crash, or because its caller repeated"],
  ["excused", verdict.excused, "not delivered, for the device's channel ended"],
  ["pruned", pruned, "channels that were told to be gone"],
];

const happened = ({ verdict: { waitedMs }, storm }: Reported): Row[] => {
  const { answers, kills, channelEvents, observed } = storm;
  const answered = (status: number | null): number => observed.arrivals.filter((one) => one.status === status).length;
  return [
    ["kills", kills["functions-host"], "of the functions host"],
    ["", kills["service-bus"], "of the Service Bus emulator"],
    ["pushes", observed.arrivals.length],
    ...[503, 429, 410].map((status): Row => ["", answered(status), `answered ${status}`]),
    ["", answered(null), "never answered: reset or hung"],
    ...Object.entries(channelEvents).map(([kind, count], index): Row => [index === 0 ? "channels" : "", count, kind]),
    ["callers", answers.refused, "refused by 406, came back"],
    ["", answers.broken, "connections broken, repeated"],
    ["", answers.givenUp, "gave up then"],
    ["", answers.unsure.size, "notifications with a request that came to no end, not judged"],
    ["", answers.acceptedAgain.length, "asked again under their Idempotency-Key"],
    ["to the device", seconds(waitedMs.p50), "s from the answer, median"],
    ["", seconds(waitedMs.p99), "s, 99 of 100"],
    ["", seconds(waitedMs.most), "s, the longest"],
  ];
};

const seconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(1);
