import type { StateChange, UserNotification } from "./notification.ts";

/** What this browser knows the service to hold of one notification. */
export type Known = {
  readonly notification: UserNotification;
  /** `<epoch>.<version>` of its last change that is known here. */
  readonly etag: string;
};

/** What the user did here and the service has not been told yet. */
export type Edit = {
  /** Rises with every edit of this store. */
  readonly number: number;
  readonly id: string;
  readonly change: StateChange | "delete";
};

/**
 * Everything one user's app in one browser profile remembers of one feed, shared by its tabs and its service worker. What the user
 * sees is `known` with the `edits` laid over it.
 */
export type LocalState = {
  /** The state of the feed that `known` is at least at, `<epoch>.<version>`: what a push's `baseETag` is compared with. Undefined: not known. */
  readonly mark: string | undefined;
  /** Where the next request of the delta goes on; undefined: from the beginning. */
  readonly link: string | undefined;
  /** The ids met since a pass began at the very beginning; at its end, whatever was not met is gone. Undefined on any other pass. */
  readonly met: readonly string[] | undefined;
  readonly known: ReadonlyMap<string, Known>;
  /** In the order they were made. */
  readonly edits: readonly Edit[];
};

export const nothingKnown: LocalState = {
  mark: undefined,
  link: undefined,
  met: undefined,
  known: new Map(),
  edits: [],
};
