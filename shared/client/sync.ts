import { applyPage, startOver } from "./apply-page.ts";
import { editDone, editDropped, forget } from "./edits.ts";
import type { Answer, FeedApi, Setback } from "./feed-api.ts";
import type { Edit, LocalState } from "./local-state.ts";
import type { LocalStore } from "./local-store.ts";
import { withoutExpired } from "./view.ts";

export type Syncing = {
  readonly api: Pick<FeedApi, "delta" | "change" | "changeMany" | "remove">;
  readonly store: Pick<LocalStore, "read" | "update">;
  readonly now: () => number;
  /** Told of an edit that the service will never take, and that is dropped. */
  readonly onRefused: (edit: Edit, setback: Setback) => void;
};

/** One request of the delta, applied. `isOver`: it was the last page of its pass. */
type Step = { readonly isOver: boolean; readonly isEmpty: boolean };

export type Sync = {
  /** Sends the edits, then reads the delta to its end: `ok` means that both are done. Several at once do no harm, they only do the work twice. */
  readonly pass: (signal: AbortSignal) => Promise<Answer<undefined>>;
  /** One page on from where the state is, waited for so many seconds if there is nothing yet. */
  readonly step: (signal: AbortSignal, waitSeconds?: number) => Promise<Answer<Step>>;
};

const done = { kind: "ok", value: undefined } as const;

/** From so many equal edits on, they are sent as one write: the user has a hundred in five minutes. */
const manyMin = 4;
const manyMax = 100;

/** So often in one pass somebody else may be quicker, or the feed be made anew, before it is left to the next pass. */
const againMax = 5;

/**
 * How a browser's state and the service's feed become one. A tab may be killed anywhere in here: what is not recorded is done again. A
 * change that was made is made once more, which changes nothing; a deletion is answered as the first one; a page is read again.
 */
export const syncing = ({ api, store, now, onRefused }: Syncing): Sync => {
  const step: Sync["step"] = async (signal, waitSeconds = 0) => {
    const { link } = await store.read();
    const answer = await api.delta({ link, waitSeconds, signal });
    if (answer.kind === "ok") {
      const page = answer.value;
      await store.update((state) => applyPage(state, page, link));
      return { kind: "ok", value: { isOver: page.mark !== undefined, isEmpty: page.changes.length === 0 } };
    }
    if (answer.kind !== "gone" || link === undefined) return answer;
    await store.update((state) => startOver(state, link));
    return { kind: "ok", value: { isOver: false, isEmpty: false } };
  };

  const readDelta = async (signal: AbortSignal): Promise<Answer<undefined>> => {
    const { link, mark } = await store.read();
    // A pass that somebody began and left ends where the feed was then: one more is read behind it.
    let isLeftOver = link !== undefined && mark === undefined;
    for (let startsOver = 0; ;) {
      const answer = await step(signal);
      if (answer.kind !== "ok") return answer;
      if (answer.value.isOver && !isLeftOver) break;
      if (answer.value.isOver) isLeftOver = false;
      if ((await store.read()).link === undefined && (startsOver += 1) > againMax) return madeAnew;
    }
    await store.update((state) => withoutExpired(state, now()));
    return done;
  };

  /** One edit, only if nobody has changed the notification since the user saw it. */
  const sendOne = async (edit: Edit, state: LocalState, signal: AbortSignal): Promise<Answer<undefined>> => {
    const { id, number, change } = edit;
    const etag = state.known.get(id)?.etag;
    if (etag === undefined) return overdue; // since a pass was started over it has not been met
    const ask = { id, signal, etag };
    const answer = change === "delete" ? await api.remove(ask) : await api.change({ ...ask, change });
    if (answer.kind === "not-found" || (answer.kind === "ok" && change === "delete")) {
      await store.update((latest) => forget(latest, id));
    } else if (answer.kind === "ok") {
      const { value } = answer;
      if (value) await store.update((latest) => editDone(latest, number, value));
    } else if (answer.kind === "refused") {
      await store.update((latest) => editDropped(latest, number));
      onRefused(edit, answer);
    } else return answer;
    return done;
  };

  /**
   * The same edit of many, which cannot be made conditional: the delta was read just before, and dropped those of what was replaced. They
   * stay laid over until it has been read again, so that nothing flickers: the answer has no notifications.
   */
  const sendMany = async (edits: readonly Edit[], signal: AbortSignal): Promise<Answer<undefined>> => {
    const [first] = edits;
    if (!first || first.change === "delete") return done;
    const answer = await api.changeMany({ ids: edits.map(({ id }) => id), change: first.change, signal });
    if (answer.kind !== "ok" && answer.kind !== "refused") return answer;
    const left = answer.kind === "ok" ? new Set(answer.value) : undefined;
    const read = left ? await readDelta(signal) : done;
    if (read.kind !== "ok") return read;
    await store.update((state) =>
      edits.reduce(
        (latest, { id, number }) => (left?.has(id) === false ? forget(latest, id) : editDropped(latest, number)),
        state,
      ),
    );
    if (answer.kind === "refused") for (const edit of edits) onRefused(edit, answer);
    return done;
  };

  const sendEdits = async (signal: AbortSignal): Promise<Answer<undefined>> => {
    let isFresh = false;
    for (let overtaken = 0; ;) {
      const state = await store.read();
      const [edit] = state.edits;
      if (!edit) return done;
      const many = equalTo(edit, state.edits);
      const isToRead: boolean = many.length >= manyMin && !isFresh;
      const answer: Answer<undefined> = isToRead
        ? overdue
        : many.length >= manyMin
          ? await sendMany(many, signal)
          : await sendOne(edit, state, signal);
      isFresh = answer.kind === "changed";
      if (isFresh && !isToRead) overtaken += 1;
      if (overtaken > againMax || (answer.kind !== "ok" && !isFresh)) return answer;
      const read: Answer<undefined> = isFresh ? await readDelta(signal) : done;
      if (read.kind !== "ok") return read;
    }
  };

  return {
    step,
    pass: async (signal) => {
      const sent = await sendEdits(signal);
      // Whoever may not write just now, or has met a fault, is to see all the same what others write.
      if (sent.kind === "offline" || sent.kind === "unauthorized") return sent;
      const read = await readDelta(signal);
      return read.kind === "ok" ? sent : read;
    },
  };
};

/** Not to be sent before the delta has been read. */
const overdue: Setback = { kind: "changed", reason: "not known as it is" };

const madeAnew: Setback = { kind: "gone", reason: "made anew again and again" };

/** The edits that say the same as this one; a deletion is made one by one. */
const equalTo = ({ change }: Edit, edits: readonly Edit[]): readonly Edit[] => {
  const said = wordsOf(change);
  return change === "delete" ? [] : edits.filter((other) => wordsOf(other.change) === said).slice(0, manyMax);
};

const wordsOf = (change: Edit["change"]): string =>
  change === "delete" ? change : `${change.readState} ${change.userActionState}`;
