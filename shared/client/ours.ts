/**
 * What stands under our name, `fanfare`, in what others may write to, too: a toast's `data`, a message between pages and their worker.
 * Undefined when there is nothing of ours.
 */
export const oursIn = (data: unknown): Readonly<Record<string, unknown>> | undefined =>
  isRecord(data) && isRecord(data.fanfare) ? data.fanfare : undefined;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
