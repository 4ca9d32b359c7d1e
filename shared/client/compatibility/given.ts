import { applyPage, startOver } from "../apply-page.ts";
import { isAtLeast } from "../etag.ts";
import type { Versioned } from "../feed-api.ts";
import { nothingKnown, type Known, type LocalState } from "../local-state.ts";
import { isUnseen } from "../unseen.ts";
import { viewOf, withoutExpired } from "../view.ts";
import { withKnown } from "../with-known.ts";
import { asDeleted, asOriginal, type OriginalNotification } from "./original-notification.ts";
import type { Pass } from "./read-feed.ts";

/*
 * What `processPushNotificationAsync` gives, push by push: each change of a notification once. `known` is what was given so far, `link` up
 * to where the feed was read for it. It is a store of its own, which reading the feed otherwise (`getAllNotificationsAsync`) leaves alone:
 * or an open page would swallow what a push has to show.
 */

type Given = { readonly state: LocalState; readonly notifications: readonly OriginalNotification[] };

/** A push's own notification has been given. */
export const withGiven = (state: LocalState, { notification, etag }: Versioned, now: number): LocalState => {
  const isOld = isAtLeast(state.known.get(notification.id)?.etag, etag);
  const known = new Map(state.known).set(notification.id, { notification, etag });
  return withoutExpired(isOld ? state : withKnown(state, known), now);
};

/**
 * What a reading of the feed brought that was not given before, the newest change first and what is gone last. What is gone is told
 * only of notifications that were given. The very first reading brings all there is: then only what the user has not seen is given.
 * The notification at `etag`, the one the push is about, is given even if it was before: a browser has to show something.
 */
export const givenBy = (state: LocalState, pass: Pass, etag: string, now: number): Given => {
  const after = applied(pass.isWhole ? startOver(state, state) : state, pass.pages);
  const isToGive = ([id, known]: readonly [string, Known]): boolean =>
    known.etag === etag ||
    (known.etag !== state.known.get(id)?.etag && (state.link !== undefined || isUnseen(known.notification)));
  // What the service tells of lives, whatever this clock says; what it tells no more may just have come to its end.
  const isAlive = ({ notification }: Known): boolean => Date.parse(notification.expirationDateTime) > now;
  const live = [...after.known].filter(isToGive).map(([, known]) => known);
  const gone = [...state.known].flatMap(([id, known]) => (after.known.has(id) ? [] : [known]));
  return {
    state: withoutExpired(after, now),
    notifications: [
      ...live.sort(latestFirst).map(({ notification }) => asOriginal(notification)),
      ...gone.filter(isAlive).map(({ notification }) => asDeleted(notification)),
    ],
  };
};

/** All that a whole reading brought, newest first. */
export const allOf = ({ pages }: Pass, now: number): readonly OriginalNotification[] =>
  viewOf(applied(nothingKnown, pages), now).map(asOriginal);

const applied = (state: LocalState, pages: Pass["pages"]): LocalState =>
  pages.reduce((reached, { page, asked }) => applyPage(reached, page, { ...reached, link: asked }), state);

const latestFirst = (one: Known, other: Known): number => (isAtLeast(one.etag, other.etag) ? -1 : 1);
