import { ageSecondsOf, type DeadLetter } from "../../shared/fanout/dead-letters.ts";

/** A dead letter as `--json` and `show` tell it. Times are ISO 8601. A stranger's body is not told, only what keeps it from being a job. */
export const asRecord = (letter: DeadLetter, now: number) => ({
  sequence: letter.sequence,
  messageId: letter.messageId,
  ...aboutContent(letter),
  reason: letter.reason,
  description: letter.description,
  deliveryCount: letter.deliveryCount,
  enqueuedAt: timeOf(letter.enqueuedAt),
  ageSeconds: ageSecondsOf(letter, now),
  sizeBytes: letter.sizeBytes,
});

const aboutContent = ({ content }: DeadLetter) => {
  if (content.kind === "unreadable") return { unreadable: content.fault };
  const { id, kind, version, hop, acceptedAt, due, feed } = content.job;
  return {
    notificationId: id,
    kind,
    version,
    hop,
    acceptedAt: timeOf(acceptedAt),
    ...(due !== undefined && { due: timeOf(due) }),
    feed,
  };
};

export const rowHeads = ["SEQUENCE", "AGE", "DELIVERIES", "NOTIFICATION", "ABOUT", "REASON"] as const;

/** The same as a row of a table, shortened to what one looks for. */
export const asRow = (letter: DeadLetter, now: number): readonly string[] => {
  const { content } = letter;
  const about =
    content.kind === "job" ? [content.job.id, `${content.job.kind} v${content.job.version}`] : ["none", content.fault];
  const age = ageOf(ageSecondsOf(letter, now));
  return [letter.sequence, age, String(letter.deliveryCount), ...about, letter.reason ?? "none given"];
};

/** In the largest unit of which there are at least two, as a person would say it: `90 s`, `5 min`, `3 d`. */
export const ageOf = (seconds: number): string => {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
};

/** A stranger's job may say any number, also one that is no time. */
const timeOf = (epochMs: number): string => {
  const time = new Date(epochMs);
  return Number.isNaN(time.getTime()) ? String(epochMs) : time.toISOString();
};
