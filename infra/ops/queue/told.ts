import { printInstant } from "../../../shared/notification/instant.ts";
import { ageOf } from "../dead-letters-told.ts";
import { textList } from "../text-table.ts";
import type { Difference } from "./declared.ts";
import type { Look, Oldest } from "./look.bus.ts";
import { peekedMax } from "./peek.bus.ts";

/** A look at the queue and when it was (epoch milliseconds). */
export type Looked = { readonly at: number; readonly look: Look };

/** How fast the queue grew (or, below zero, shrank) between two looks, in messages a minute. Undefined where counts are no more than a glimpse. */
export const changePerMinute = (before: Looked | undefined, { at, look }: Looked): number | undefined => {
  if (!before?.look.administered || !look.administered || at <= before.at) return undefined;
  return Math.round(((look.counts.active - before.look.counts.active) * 60_000) / (at - before.at));
};

/** A look as `--json` tells it. `isGlimpse`: the counts are those of the first messages, and each may be more. */
export const asRecord = (
  { at, look }: Looked,
  differences: readonly Difference[] | undefined,
  change: number | undefined,
) => ({
  at: printInstant(at),
  ...look.counts,
  transfer: look.administered?.transfer,
  transferDeadLettered: look.administered?.transferDeadLettered,
  sizeBytes: look.administered?.sizeBytes,
  isGlimpse: look.administered === undefined,
  oldest: look.oldest === undefined ? null : oldestRecord(look.oldest, at),
  oldestIsKnown: !look.isBeyond,
  changePerMinute: change,
  differences,
});

const oldestRecord = ({ enqueuedAt, acceptedAt, deliveryCount, notificationId }: Oldest, at: number) => ({
  ageSeconds: secondsSince(enqueuedAt, at),
  sinceAcceptedSeconds: acceptedAt === undefined ? undefined : secondsSince(acceptedAt, at),
  enqueuedAt: printInstant(enqueuedAt),
  deliveryCount,
  notificationId,
});

/** The same for people. */
export const asText = ({ at, look }: Looked, differences: readonly Difference[] | undefined, place: string): string => {
  const { counts, administered } = look;
  const count = countIn(look);
  return [
    `The queue fanout in ${place}`,
    textList({
      waiting: count(counts.active),
      scheduled: count(counts.scheduled),
      "dead letters": count(counts.deadLettered),
      "in transfer": administered && administered.transfer + administered.transferDeadLettered,
      size:
        administered?.sizeBytes === undefined ? undefined : `${(administered.sizeBytes / 1_048_576).toFixed(1)} MiB`,
      oldest: oldestInWords(look, at),
      settings: settingsInWords(differences),
    }),
    ...(differences ?? []).map(differenceInWords),
    ...sentencesOf(look),
  ].join("\n");
};

/** One line of a watch, under `watchHeads`; columns keep their place from look to look. */
export const watchHeads = ["TIME    ", " WAITING", "SCHEDULED", "DEAD LETTERS", "  OLDEST", "CHANGE A MINUTE"];
export const watchRow = ({ at, look }: Looked, change: number | undefined): string => {
  const count = countIn(look);
  const { active, scheduled, deadLettered } = look.counts;
  const oldest = look.oldest ? ageOf(secondsSince(look.oldest.enqueuedAt, at)) : look.isBeyond ? "unknown" : "-";
  const cells = [
    new Date(at).toISOString().slice(11, 19),
    count(active),
    count(scheduled),
    count(deadLettered),
    oldest,
    change === undefined ? "-" : `${change > 0 ? "+" : ""}${change}`,
  ];
  return cells.map((cell, column) => cell.padStart(watchHeads[column]?.length ?? 0)).join("  ");
};

/** What was only glimpsed may be more. */
const countIn =
  ({ administered }: Look) =>
  (count: number): string =>
    administered || count < peekedMax ? String(count) : `${count} or more`;

const oldestInWords = ({ oldest, counts, isBeyond }: Look, at: number): string => {
  if (isBeyond) return `unknown: the first ${peekedMax} messages are all for later`;
  if (!oldest) return counts.active > 0 ? "just gone" : "none waits";
  const age = `waits ${ageOf(secondsSince(oldest.enqueuedAt, at))}`;
  const accepted =
    oldest.acceptedAt === undefined ? undefined : `accepted ${ageOf(secondsSince(oldest.acceptedAt, at))} ago`;
  const about =
    oldest.notificationId === undefined ? "no job of this version" : `notification ${oldest.notificationId}`;
  const tries = oldest.deliveryCount > 0 ? `handed out ${oldest.deliveryCount} times before` : undefined;
  return [age, accepted, about, tries].filter((part) => part !== undefined).join(", ");
};

const settingsInWords = (differences: readonly Difference[] | undefined): string => {
  if (!differences) return "not told";
  return differences.length === 0 ? "as infra/queues.json declares them" : "NOT as infra/queues.json declares them:";
};

const differenceInWords = ({ property, is, declared }: Difference): string =>
  `  ${property} is ${is === undefined ? "not set" : String(is)}, and ${String(declared)} is declared` +
  (fixedAtCreation.has(property) ? " (fixed when the queue was made: it takes a new queue)" : "");

/** https://learn.microsoft.com/azure/service-bus-messaging/duplicate-detection */
const fixedAtCreation = new Set(["requiresDuplicateDetection", "enablePartitioning"]);

const sentencesOf = ({ administered, counts }: Look): readonly string[] => [
  ...(administered
    ? []
    : [
        `Counts and settings are told to whoever may manage the queue: the role Azure Service Bus Data Owner on it, or a key with Manage. ` +
          `These counts are what the first ${peekedMax} messages show.`,
      ]),
  ...(counts.deadLettered > 0 ? ["Dead letters are devices that were not told: npm run ops -- dead-letters list"] : []),
];

/** Clocks differ: nothing is younger than now. */
const secondsSince = (instant: number, now: number): number => Math.max(0, Math.round((now - instant) / 1_000));
