/** What stands before the version: the life of the feed. A feed made anew has another, and versions compare within one only. */
export const epochOf = (etag: string | undefined): string | undefined => etag?.slice(0, etag.lastIndexOf("."));

const versionOf = (etag: string): number => Number(etag.slice(etag.lastIndexOf(".") + 1));

/** Whether the first is the second or a later one of the same epoch. Nothing can be said of one that is undefined: false. */
export const isAtLeast = (etag: string | undefined, other: string | undefined): boolean =>
  etag !== undefined && other !== undefined && epochOf(etag) === epochOf(other) && versionOf(etag) >= versionOf(other);

/** Whether this is the state of a feed that nobody has written to; it may have no epoch yet, and shares it with no other all the same. */
export const isBeginning = (etag: string | undefined): boolean => etag !== undefined && versionOf(etag) === 0;
