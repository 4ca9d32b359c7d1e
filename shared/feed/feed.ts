import type { FeedKey } from "../feed-key.ts";
import type { Notification, NotificationDraft, NotificationId, StateChange } from "../notification/notification.ts";
import type { Mark } from "./mark.ts";

/**
 * Makes a POST happen once however often it is repeated (contract 2.1, `Idempotency-Key`). Both are hashes, so that no row holds
 * the caller's text: `key` names the caller and the key it gave, `body` the decoded body.
 */
export type Once = { readonly key: string; readonly body: string };

/** What came of a POST: enough for its message and its answer, the first time and each time it is repeated under the same `Once`. */
export type Accepted = {
  readonly notification: Pick<
    Notification,
    "id" | "epoch" | "version" | "groupName" | "payload" | "priority" | "expiresAt" | "displayUntil" | "platformTypes"
  >;
  readonly isNew: boolean;
  /** Nothing came of it but the answer: it had come before, under the same `Once`. */
  readonly isRepeat?: true;
  /** Of a repeat: whoever sent it has been told no so far, though it is stored (`noteAnswer`). */
  readonly wasRefused?: true;
  /** Epoch milliseconds of the first acceptance: the answer's seconds to live are counted from here, so that a repeat says the same. */
  readonly acceptedAt: number;
};

/** What a draft would become. The `id` of what would be new, and with it the version, is made up: the next one who asks is told another. */
export type Preview = { readonly notification: Notification; readonly isNew: boolean };

export type ListRequest = {
  /** At most so many notifications; 1 to 100. */
  readonly top: number;
  /** Go on after this one. */
  readonly after?: NotificationId;
  readonly matches: (notification: Notification) => boolean;
};

/** One page, newest first. It may hold fewer than were asked for, even none, and still be followed by another. */
export type Page = {
  readonly notifications: readonly Notification[];
  /** Where the next page goes on; undefined at the end. */
  readonly next: NotificationId | undefined;
};

/** A pass over all changes since a mark: `until` is the feed's state when the pass began, so it ends however busy the feed is. */
export type DeltaRequest = { readonly top: number; readonly since?: Mark; readonly until?: Mark };

/** What a delta says of something deleted, or ended sooner than was told before. */
export type Ended = Pick<Notification, "id" | "version"> & { readonly status: "deleted" };

export type DeltaPage = {
  /** In the order of their versions. */
  readonly changes: readonly (Notification | Ended)[];
  /** How far this page came; at the end of the pass the mark that the next pass starts from. */
  readonly reached: Mark;
  readonly until: Mark;
  readonly isLast: boolean;
};

/**
 * The port to one user's notifications of one host name. Nothing it returns has expired, but for what `findStored` does. All methods throw
 * `Unavailable` when the store is; those by which a user writes count the user's writes, and throw a `Problem` of kind `busy`, nothing changed,
 * when there are too many (contract 2.6).
 */
export type Feed = {
  /**
   * Stores a notification, or replaces the live one of the same appNotificationId, in one transaction with the feed's version and
   * the row that remembers `once`. A repeat under the same `once` changes nothing, is not counted, and comes out as the first did;
   * under the same key with another body it throws `conflict`.
   */
  readonly accept: (feed: FeedKey, draft: NotificationDraft, once?: Once) => Promise<Accepted>;
  /**
   * Remembers that a POST was refused though it is stored, for its messages got nowhere; or that a repeat of it was accepted after all, so
   * that it counts as accepted then, and once. Resolves to whether this call changed what is remembered.
   */
  readonly noteAnswer: (feed: FeedKey, once: Once, answer: "refused" | "accepted") => Promise<boolean>;
  /** What `accept` would make of the draft if it came now. Writes and counts nothing; throws `busy` where `accept` would. */
  readonly preview: (feed: FeedKey, draft: NotificationDraft) => Promise<Preview>;
  /** The notification, or undefined when it is unknown, deleted or expired. */
  readonly find: (feed: FeedKey, id: NotificationId) => Promise<Notification | undefined>;
  /** The same with tombstones: what the delivery of a change needs to know. */
  readonly findAny: (feed: FeedKey, id: NotificationId) => Promise<Notification | undefined>;
  /** The same with what has expired and is still stored: for who must know what it was. One request, for nothing is swept. */
  readonly findStored: (feed: FeedKey, id: NotificationId) => Promise<Notification | undefined>;
  /**
   * Changes the state of up to 100 notifications; one write in the user's count. For each id, in their order, the notification as
   * it is then, or undefined where none is live. One that is in that state already keeps its version.
   * Without any live one it counts only if `countsAlways` says so: many are answered 200 all the same, a single one 404.
   * `isMet` may refuse by what is stored (`If-Match`): throws `precondition-failed`, nothing changed.
   */
  readonly change: (
    feed: FeedKey,
    ids: readonly NotificationId[],
    change: StateChange,
    how?: { readonly isMet?: Precondition; readonly countsAlways?: boolean },
  ) => Promise<readonly (Notification | undefined)[]>;
  /** Deletes: what is left is a tombstone without content, until it expires. That tombstone, also when it was there already; undefined when the id was never known. */
  readonly remove: (feed: FeedKey, id: NotificationId, isMet?: Precondition) => Promise<Notification | undefined>;
  readonly list: (feed: FeedKey, request: ListRequest) => Promise<Page>;
  /** Throws `gone` when `since` or `until` is of a feed that was made anew since. */
  readonly delta: (feed: FeedKey, request: DeltaRequest) => Promise<DeltaPage>;
};

export type Precondition = (stored: Mark) => boolean;
