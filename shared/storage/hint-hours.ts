import { milliseconds } from "../clock.ts";

/**
 * Hints are filed under the hour that ends what they are about: all that expires from 12:00 on and before 13:00 is under 13.
 * The shard spreads an hour over partitions; any first letter of a hash does.
 */
export const hintPartition = (name: string, expiresAt: number): string =>
  `${hourOf(expiresAt + milliseconds.hour)}_${name.slice(0, 1)}`;

/** Below this key are the hints of all hours that had ended by `time` (epoch milliseconds), and no others. */
export const hintsEndedBy = (time: number): string => hourOf(time + milliseconds.hour);

/** When the hour of a hint had ended, epoch milliseconds. */
export const endOfHintsHour = (hintPartitionKey: string): number =>
  Date.parse(`${hintPartitionKey.slice(0, 13)}:00:00Z`);

const hourOf = (time: number): string => new Date(time).toISOString().slice(0, 13);
