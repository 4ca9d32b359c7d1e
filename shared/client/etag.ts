/** What stands before the version: the life of the feed. A feed made anew has another, and versions compare within one only. */
export const epochOf = (etag: string | undefined): string | undefined => etag?.split(".")[0];

/** Of one that is undefined it is no number, which is neither more nor less than any. */
const versionOf = (etag: string | undefined): number => Number(etag?.split(".")[1]);

/** Whether the first is the second or a later one of the same epoch. Nothing can be said of one that is undefined: false. */
export const isAtLeast = (etag: string | undefined, other: string | undefined): boolean =>
  epochOf(etag) === epochOf(other) && versionOf(etag) >= versionOf(other);

/** Whether this is the state of a feed that nobody has written to; it may have no epoch yet, and shares it with no other all the same. */
export const isBeginning = (etag: string | undefined): boolean => versionOf(etag) === 0;
