import type { Answer, DeltaPage, FeedChange, Versioned } from "../../shared/client/feed-api.ts";
import type { StateChange, UserNotification } from "../../shared/client/notification.ts";

/** What is posted: the name under which it replaces, its words, and how long it lives. */
export type Posted = {
  readonly name: string;
  readonly raw: string;
  readonly livesMs?: number;
  readonly isTap?: boolean;
};

type Row = {
  readonly notification: UserNotification;
  readonly version: number;
  readonly isGone: boolean;
  readonly knownUntil: number;
};
type Token = { readonly since: State; readonly until?: State };
type State = { readonly epoch: string; readonly version: number };

const print = ({ epoch, version }: State): string => `${epoch}.${version}`;

/**
 * The service as its contract describes one user's feed (sections 2.4, 4 and 5), in memory and at once: versions without gaps, each
 * notification told once at its newest version, tombstones, passes in pages, 410, `If-Match`. Time stands still until it is moved.
 */
export const modelFeed = ({ pageSize = 2, startMs = Date.UTC(2026, 0, 31, 12) } = {}) => {
  let now = startMs;
  let epoch = "e1";
  let version = 0;
  let ids = 0;
  let rows = new Map<string, Row>();
  let tokens = new Map<string, Token>();
  let tokensMade = 0;
  let pushes: string[] = [];
  let waiting: { readonly until: number; readonly wake: () => void }[] = [];

  const time = (ms: number): string => new Date(ms).toISOString().replace(/\.?0*Z$/, "Z");
  const isExpired = ({ notification }: Row): boolean => Date.parse(notification.expirationDateTime) <= now;
  const live = (id: string): Row | undefined => {
    const row = rows.get(id);
    return row && !row.isGone && !isExpired(row) ? row : undefined;
  };
  const versionedOf = ({ notification, version: at }: Row): Versioned => ({
    notification,
    etag: print({ epoch, version: at }),
  });
  const write = (notification: UserNotification, isGone = false): Row => {
    version += 1;
    const knownUntil = Math.max(
      Date.parse(notification.expirationDateTime),
      rows.get(notification.id)?.knownUntil ?? 0,
    );
    const row = { notification, version, isGone, knownUntil };
    rows.set(notification.id, row);
    const woken = waiting;
    waiting = [];
    for (const { wake } of woken) wake();
    return row;
  };

  /** Posts, and resolves what is posted to its id; the push goes where `takePushes` finds it. */
  const post = ({ name, raw, livesMs = 7 * 86_400_000, isTap = false }: Posted): string => {
    const before = [...rows.values()].find(
      (row) => row.notification.appNotificationId === name && live(row.notification.id),
    );
    ids += before ? 0 : 1;
    const { notification, version: at } = write({
      id: before?.notification.id ?? `00000000-0000-7000-8000-${String(ids).padStart(12, "0")}`,
      targetHostName: "app.contoso.com",
      appNotificationId: name,
      groupName: null,
      creationDateTime: before?.notification.creationDateTime ?? time(now),
      lastModifiedDateTime: before ? time(now) : null,
      expirationDateTime: time(now + livesMs),
      priority: "None",
      readState: "unread",
      userActionState: "noInteraction",
      payload: { rawContent: raw, visualContent: { title: `About ${raw}` } },
    });
    pushes.push(pushText(notification, { epoch, version: at }, isTap));
    return notification.id;
  };

  const changed = ({ notification, ...row }: Row, change: StateChange): Row => {
    const after = { ...notification, ...change, lastModifiedDateTime: time(now) };
    const isSo = after.readState === notification.readState && after.userActionState === notification.userActionState;
    return isSo ? { notification, ...row } : write(after);
  };
  const change = (id: string, to: StateChange, etag?: string): Answer<Versioned> => {
    const row = live(id);
    if (!row) return { kind: "not-found", reason: "It is not there." };
    if (etag !== undefined && etag !== versionedOf(row).etag)
      return { kind: "changed", reason: "It is another by now." };
    return { kind: "ok", value: versionedOf(changed(row, to)) };
  };
  const remove = (id: string, etag?: string): Answer<undefined> => {
    const row = rows.get(id);
    if (!row || isExpired(row)) return { kind: "not-found", reason: "It is not there." };
    if (!row.isGone && etag !== undefined && etag !== versionedOf(row).etag)
      return { kind: "changed", reason: "It is another by now." };
    if (!row.isGone) write(row.notification, true);
    return { kind: "ok", value: undefined };
  };

  const tokenFor = (token: Token): string => {
    tokensMade += 1;
    const link = `${token.until ? "$skiptoken" : "$deltatoken"}=t${tokensMade}`;
    tokens.set(link, token);
    return link;
  };
  /** The epoch of a feed that nobody has written to is not known to anybody. */
  const head = (): State => (version === 0 ? { epoch: "", version } : { epoch, version });
  const hasPassed = (state: State): boolean =>
    state.version === 0 || (state.epoch === head().epoch && state.version <= version);
  const delta = (link?: string): Answer<DeltaPage> => {
    const token = link === undefined ? { since: { epoch: "", version: 0 } } : tokens.get(link);
    if (!token || !hasPassed(token.since) || (token.until && !hasPassed(token.until))) {
      return { kind: "gone", reason: "Start over." };
    }
    const until: State = token.until ?? head();
    const logged = [...rows.values()]
      .filter((row) => row.version > token.since.version && row.version <= until.version && row.knownUntil > now)
      .sort((one, other) => one.version - other.version);
    const page = logged.slice(0, pageSize);
    const changes = page.map((row): FeedChange =>
      live(row.notification.id) ? { kind: "live", ...versionedOf(row) } : { kind: "gone", id: row.notification.id },
    );
    const isLast = page.length === logged.length;
    const reached = { epoch: head().epoch, version: isLast ? until.version : (page.at(-1)?.version ?? 0) };
    const value = isLast
      ? { changes, link: tokenFor({ since: reached }), mark: print(reached) }
      : { changes, link: tokenFor({ since: reached, until }) };
    return { kind: "ok", value };
  };

  return {
    post,
    /** As another device would, without any precondition. */
    change,
    remove,
    delta,
    /** Resolves at the next write, when so much time has gone by, or when the signal says so. */
    untilWritten: (waitMs: number, signal?: AbortSignal): Promise<void> =>
      new Promise((wake) => {
        waiting.push({ until: now + waitMs, wake });
        signal?.addEventListener("abort", () => wake());
        if (signal?.aborted) wake();
      }),
    now: () => now,
    /** Lets time go by, and ends the waits that have lasted long enough. */
    pass: (ms: number) => {
      now += ms;
      const due = waiting.filter(({ until }) => until <= now);
      waiting = waiting.filter(({ until }) => until > now);
      for (const { wake } of due) wake();
    },
    /** The messages of the pushes since it was last asked. */
    takePushes: (): readonly string[] => {
      const taken = pushes;
      pushes = [];
      return taken;
    },
    /** What the feed holds, newest first: what every client comes to show. */
    truth: (): readonly UserNotification[] =>
      [...rows.values()]
        .filter((row) => live(row.notification.id))
        .map(({ notification }) => notification)
        .sort(
          (one, other) =>
            Date.parse(other.creationDateTime) - Date.parse(one.creationDateTime) || (other.id < one.id ? -1 : 1),
        ),
    mark: () => print(head()),
    /** Every token so far is too old: 410. */
    forgetTokens: () => {
      tokens = new Map();
    },
    /** Purged away, and empty again: another epoch. */
    beginAnew: () => {
      epoch = `e${Number(epoch.slice(1)) + 1}`;
      version = 0;
      rows = new Map();
    },
    /** What there is now, as a backup has it: call what is returned to restore it, in the same epoch and with older versions. */
    backUp: () => {
      const kept = { version, rows: new Map(rows), epoch };
      return () => {
        ({ version, epoch } = kept);
        rows = new Map(kept.rows);
      };
    },
  };
};

export type ModelFeed = ReturnType<typeof modelFeed>;

/** The message of a push as the service writes it (section 5). */
const pushText = (notification: UserNotification, { epoch, version }: State, isTap: boolean): string => {
  const { readState: _r, userActionState: _a, lastModifiedDateTime: _m, payload, ...told } = notification;
  const marks = { newETag: print({ epoch, version }), baseETag: print({ epoch, version: version - 1 }) };
  const content = { ...told, payload: { rawContent: payload.rawContent } };
  return JSON.stringify(
    isTap
      ? { changeType: "afsChangeNotification", ...marks }
      : { changeType: "afsChange", ...marks, notification: content },
  );
};
