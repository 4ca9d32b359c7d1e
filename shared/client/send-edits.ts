import { editDone, editDropped, forget } from "./edits.ts";
import { done, type Answer, type FeedApi, type Setback } from "./feed-api.ts";
import { isAlike } from "./is-alike.ts";
import type { Edit } from "./local-state.ts";
import type { LocalStore } from "./local-store.ts";
import type { ReadToEnd } from "./read-delta.ts";
import type { StateChange } from "./notification.ts";

/** Told of an edit that the service will never take, and that is dropped. */
export type OnRefused = (edit: Edit, setback: Setback) => void;

/** From so many equal edits on, they are sent as one write: the user has a hundred in five minutes. */
const manyMin = 4;
const manyMax = 100;

/** So often in a row somebody else may be quicker, before an edit is left to the next pass. */
const againMax = 5;

/** Not to be sent before the delta has been read. */
const overdue: Setback = { kind: "changed", reason: "to be read" };

/**
 * Sends what the user did until nothing is left or the service cannot take it. A tab may be killed anywhere in here: what is not recorded is
 * done again. A change that was made is made once more, which changes nothing; a deletion is answered as the first one.
 */
export const sendingEdits = (
  api: Pick<FeedApi, "change" | "changeMany" | "remove">,
  store: Pick<LocalStore, "read" | "update">,
  read: ReadToEnd,
  onRefused: OnRefused,
) => {
  /** So many edits have failed: the next pass begins with another one, so that one that always fails holds up nobody. */
  let failures = 0;

  /** One edit, only if nobody has changed the notification since the user saw it. */
  const sendOne = async ({ id, number, change }: Edit, etag: string | undefined, signal: AbortSignal) => {
    if (!etag) return overdue; // since a pass was started over it has not been met
    const ask = { id, signal, etag };
    const answer = change === "delete" ? await api.remove(ask) : await api.change({ ...ask, change });
    if (answer.kind !== "ok" && answer.kind !== "not-found") return answer;
    const made = answer.kind === "ok" ? answer.value : true;
    await store.update((state) => (made === true ? forget(state, id) : editDone(state, number, made)));
    return done;
  };

  /**
   * The same edit of many, which cannot be made conditional: the delta was read just before, and dropped those of what was replaced. They
   * stay laid over until it has been read again, so that nothing flickers: the answer has no notifications.
   */
  const sendMany = async (edits: readonly Edit[], change: StateChange, signal: AbortSignal) => {
    const answer = await api.changeMany({ ids: edits.map(({ id }) => id), change, signal });
    const told = answer.kind === "ok" ? await read(signal) : answer;
    if (told.kind === "ok") await drop(edits);
    return told;
  };

  const drop = (edits: readonly Edit[]) =>
    store.update((state) => edits.reduce((latest, { number }) => editDropped(latest, number), state));

  return async (signal: AbortSignal): Promise<Answer<undefined>> => {
    for (let overtaken = 0; ;) {
      const { edits, known } = await store.read();
      const edit = edits[failures % edits.length];
      if (!edit) return done;
      const { id, change } = edit;
      const alike = edits.filter((other) => isAlike(other.change, change)).slice(0, manyMax);
      const isMany = change !== "delete" && alike.length >= manyMin;
      const sent = isMany ? alike : [edit];
      const isRead = overtaken > 0;
      const answer = !isMany
        ? await sendOne(edit, known.get(id)?.etag, signal)
        : isRead
          ? await sendMany(sent, change, signal)
          : overdue;
      if (answer.kind === "failed") failures += 1;
      overtaken = answer.kind === "changed" ? overtaken + 1 : 0;
      if (answer.kind === "refused") {
        await drop(sent);
        for (const one of sent) onRefused(one, answer);
      } else if (answer.kind !== "ok") {
        const told = overtaken > 0 && overtaken <= againMax ? await read(signal) : answer;
        if (told.kind !== "ok") return told;
      }
    }
  };
};
