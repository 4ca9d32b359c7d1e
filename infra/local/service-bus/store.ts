/**
 * An ordered map of names to bytes that outlives the process (or not: the memory one). Writes are collected and written together,
 * in order, each group whole or not at all; `committed` tells when they are safe. The caller changes its memory first and speaks to
 * the outside only after `committed`: so a failed write must end the process, and the next one starts from what is on disk.
 */
export type Store = {
  readonly put: (key: string, value: Buffer) => void;
  readonly delete: (key: string) => void;
  /** Resolves once everything put or deleted before the call is durable. Never resolves after a failed write. */
  readonly committed: () => Promise<void>;
  /** The values of keys whose writes are committed; undefined for a key that is not there. */
  readonly read: (keys: readonly string[]) => Promise<readonly (Buffer | undefined)[]>;
  /** All pairs whose key begins with the prefix, by key. */
  readonly list: (prefix: string) => AsyncIterable<readonly [key: string, value: Buffer]>;
  /** Waits for what is written, then closes. */
  readonly close: () => Promise<void>;
};
