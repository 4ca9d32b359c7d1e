import type { StateChange, UserNotification } from "./notification.ts";

/** What this browser knows the service to hold of one notification. */
export type Known = {
  readonly notification: UserNotification;
  /** `<epoch>.<version>` of its last change that is known here. Undefined since a pass was started over, until the notification is met again. */
  readonly etag: string | undefined;
};

/** What the user did here and the service has not been told yet. There is at most one for each notification, and only of those that are known. */
export type Edit = {
  /** Rises with every edit of this store, and is never used again: an answer that comes late cannot be taken for that to another edit. */
  readonly number: number;
  readonly id: string;
  readonly change: StateChange | "delete";
};

/**
 * Everything one user's app in one browser profile remembers of one feed, shared by its tabs and its service worker. What the user
 * sees is `known` with the `edits` laid over it.
 *
 * Why it comes to be what the service holds, whatever is lost, doubled or overtaken on the way: `link` stands at a state of the feed, and
 * everything that changed after it will be told again when the delta is read from there (the service tells each notification once, at its
 * newest version). So it is enough that for each notification nothing *older* is kept than its last change before `link`. Pages bring
 * them up to their link; whatever else comes (a push, the answer to the user's own change) is taken only if it is newer than what is
 * known, and never moves `link`. Every rule beside this file keeps to that.
 */
export type LocalState = {
  /**
   * The state of the feed that `known` is at least at, `<epoch>.<version>`: what a push's `baseETag` is compared with. Never behind `link`.
   * Undefined: not known, before the first pass has ended and between two pages of any.
   */
  readonly mark: string | undefined;
  /** Where the next request of the delta goes on; undefined: from the beginning. */
  readonly link: string | undefined;
  /** So often the feed was read from the beginning anew: tells the answer to one beginning from that to an earlier one. */
  readonly starts: number;
  readonly known: ReadonlyMap<string, Known>;
  /** In the order they were made. */
  readonly edits: readonly Edit[];
  /** The number of the last edit that was ever made here. */
  readonly lastEdit: number;
  /** Ids of what the user has deleted here, until the delta tells so: no older page or push brings one of them back. */
  readonly deleted: readonly string[];
};

/** Where a request of the delta was made from. */
export type Asked = Pick<LocalState, "link" | "starts" | "mark">;

export const nothingKnown: LocalState = {
  mark: undefined,
  link: undefined,
  starts: 0,
  known: new Map(),
  edits: [],
  lastEdit: 0,
  deleted: [],
};
