/** A state of one feed: everything up to this version. The epoch names the feed's life: one made anew shares no mark with the old one. */
export type Mark = { readonly epoch: string; readonly version: number };

/** Before any change: the state of a feed that nobody has written to, which has no epoch yet. Whoever knows so much can miss nothing. */
export const beginning: Mark = { epoch: "", version: 0 };

/** Whether the feed, now at `head`, came through this state: if not, it was made anew (or restored) since. */
export const hasPassed = (head: Mark, mark: Mark): boolean =>
  mark.version === 0 || (mark.epoch === head.epoch && mark.version <= head.version);

/** A mark as devices and callers see it, in push messages and, quoted, as an ETag: `<epoch>.<version>`. */
export const printMark = ({ epoch, version }: Mark): string => `${epoch}.${version}`;

/** A notification's ETag (RFC 9110, section 8.8.3): strong, for every change of it moves its version. */
export const etagOf = (mark: Mark): string => `"${printMark(mark)}"`;
