import { epochOf, isAtLeast, isBeginning } from "./etag.ts";
import type { DeltaPage } from "./feed-api.ts";
import type { Asked, Known, LocalState } from "./local-state.ts";
import { withKnown } from "./with-known.ts";

/**
 * One page of the delta, applied. `asked` is where the state was when it was asked for: returns the same object when it has gone on from
 * there meanwhile, or has started over. So a page that comes twice, or late, counts for nothing.
 *
 * What is known newer than its row stays: a push or the user's own change came in between. At the same version the row is taken, since
 * it is whole. Being gone is final: no id is ever used again.
 *
 * Between two pages there is no `mark`, and no push fits. The rows already read are newer than the mark was, so a push that was long on
 * the way could bring back what one of them said is gone, and no later page would say so again.
 */
export const applyPage = (state: LocalState, page: DeltaPage, asked: Asked): LocalState => {
  if (!isThere(state, asked)) return state;
  const known = new Map(state.known);
  let { deleted } = state;
  for (const change of page.changes) {
    if (change.kind === "gone") {
      known.delete(change.id);
      deleted = deleted.filter((id) => id !== change.id);
    } else {
      const { notification, etag } = change;
      const { id } = notification;
      if (!state.deleted.includes(id) && !isNewer(known.get(id), etag)) known.set(id, { notification, etag });
    }
  }
  const mark = isBehind(page.mark, state, asked) ? state.mark : page.mark;
  if (mark) sweepUnmet(known, mark);
  return { ...withKnown(state, known), mark, link: page.link, deleted };
};

const isThere = (state: LocalState, asked: Asked): boolean =>
  state.link === asked.link && state.starts === asked.starts;

/**
 * Whether the pass has ended at less than is known by now, since pushes came while it was on its way. Where nobody had written to the feed it
 * had no epoch to compare, so there it is enough that the mark has moved.
 */
const isBehind = (mark: string | undefined, state: LocalState, asked: Asked): boolean =>
  isAtLeast(state.mark, mark) || (isBeginning(mark) && state.mark !== asked.mark);

const isNewer = (known: Known | undefined, etag: string): boolean =>
  known?.etag !== etag && isAtLeast(known?.etag, etag);

/**
 * At the end of a pass all that lives in the feed has the mark's epoch here. What has not was not met since the pass began at the
 * beginning, or is of a feed that is no more (one that was empty when it was last read can be made anew without a 410): it is gone.
 */
const sweepUnmet = (known: Map<string, Known>, mark: string): void => {
  for (const [id, { etag }] of known) if (epochOf(etag) !== epochOf(mark)) known.delete(id);
};

/**
 * After a 410 to what was asked from there: the next request begins at the beginning. What is known stays to be seen, and its edits wait, but its
 * versions count for nothing any more (the feed may be another, or an older one restored): the first row that tells of it replaces it, and
 * what none has told of by the end of the pass is gone. Returns the same object when another tab was first.
 */
export const startOver = (state: LocalState, asked: Asked): LocalState =>
  !isThere(state, asked) || !asked.link
    ? state
    : {
        ...state,
        mark: undefined,
        link: undefined,
        starts: state.starts + 1,
        deleted: [],
        known: new Map([...state.known].map(([id, one]) => [id, { ...one, etag: undefined }])),
      };
