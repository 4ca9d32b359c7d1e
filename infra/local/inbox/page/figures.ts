import type { OutcomeCounts, ToldDeadLetter, ToldOutcome, ToldOverview } from "../told.ts";

/** One number and what it counts. */
export type Figure = { readonly name: string; readonly count: number };

const outcomeNames: Readonly<Record<ToldOutcome, string>> = {
  delivered: "Delivered",
  busy: "To be tried again",
  held: "Held back",
  gone: "Device gone",
  rejected: "Rejected",
  misconfigured: "Misconfigured",
  "gave-up": "Given up",
};

/** What the operator's strip says: the queue whole, and the outcomes there are; what is not known is left out. */
export const figuresOf = ({ queue, outcomes }: Pick<ToldOverview, "queue" | "outcomes">): readonly Figure[] => [
  ...(queue.value
    ? [
        { name: "Waiting", count: queue.value.active },
        { name: "Scheduled", count: queue.value.scheduled },
        { name: "Dead letters", count: queue.value.deadLettered },
      ]
    : []),
  ...(outcomes.value
    ? [{ name: "Notifications", count: outcomes.value.notifications }, ...outcomeFigures(outcomes.value)]
    : []),
];

type Counts = { readonly content: OutcomeCounts; readonly tap: OutcomeCounts; readonly fallback: OutcomeCounts };

const outcomeFigures = ({ content, tap, fallback }: Counts): readonly Figure[] =>
  (Object.keys(outcomeNames) as ToldOutcome[]).flatMap((outcome) => {
    const count = (content[outcome] ?? 0) + (tap[outcome] ?? 0) + (fallback[outcome] ?? 0);
    return count > 0 || outcome === "delivered" ? [{ name: outcomeNames[outcome], count }] : [];
  });

/** A dead letter in a line. */
export const deadLetterLine = (letter: ToldDeadLetter): string => {
  const { sequence, enqueuedAt, deliveryCount, reason, description, notificationId } = letter;
  const why = [reason, description].filter((part) => part !== null).join(": ");
  const whose = notificationId === null ? "" : `, notification ${notificationId}`;
  const tried = `tried ${deliveryCount === 1 ? "once" : `${deliveryCount} times`}`;
  return `${new Date(enqueuedAt).toLocaleString()}, number ${sequence}, ${tried}${whose}${why === "" ? "" : `. ${why}`}`;
};
