import { asking } from "./ask.http.ts";
import { servingUrl } from "./base-url.ts";
import type { ClientUses, Standing, Tell } from "./client-events.ts";
import type { ClientOptions } from "./client-options.ts";
import { feedApiHttp } from "./feed-api.http.ts";
import { brokenStore, done } from "./feed-api.ts";
import { keptOrMemory } from "./kept-store.ts";
import { lazyPushes } from "./lazy-pushes.ts";
import { inOnePage, waitingAtService } from "./live.ts";
import { indexedDbLocalStore } from "./local-store.indexed-db.ts";
import { pacing } from "./pace.ts";
import { passes } from "./passes.ts";
import { inBrowser } from "./surroundings.browser.ts";
import { syncing } from "./sync.ts";
import { isChange } from "./view-change.ts";
import { watchedFeed } from "./watched-feed.ts";

export type Upkeep = ReturnType<typeof upkeep>;

const missing = (name: string): never => {
  throw new TypeError(`${name} is required`);
};

/** What goes on behind a client, and how it stands, until `close`. */
export const upkeep = (options: ClientOptions, uses: Partial<ClientUses>, tell: Tell) => {
  const { account, getToken } = options;
  // An `undefined` that is not noticed would be the account of everybody who uses this browser.
  for (const name of ["targetHostName", "account", "getToken"] as const) {
    if (!options[name]) missing(name);
  }
  const baseUrl = (options.baseUrl ?? servingUrl() ?? missing("baseUrl")).replace(/\/+$/, "");
  const targetHostName = options.targetHostName.toLowerCase();
  const whose = { baseUrl, targetHostName, account };
  const name = `fanfare ${JSON.stringify([baseUrl, targetHostName, account])}`;
  const { around = inBrowser } = uses;
  const life = new AbortController();
  const { signal } = life;

  let turn = new AbortController();
  const keepTrying = pacing(around, () => turn.signal);

  /** Aborted with the client's life, or with this one. */
  const until = (own = signal): AbortSignal => AbortSignal.any([own, signal]);

  let standing: Standing | undefined;
  const stand = (news: Partial<Standing>): void => {
    if (signal.aborted) return;
    standing = { answer: done, unsent: 0, ...standing, ...news };
    tell("standing", standing);
    if (news.answer?.kind === "ok") tellWorker();
  };

  const [pushes, ifPushed] = lazyPushes(
    () => ({ ...uses, around, ask, whose, getToken, feed, sync, signal }),
    around.hasWorker,
  );
  const tellWorker = (): void => void ifPushed((here) => here.tellWorker(standing?.answer.kind === "ok"));
  const renew = (): void => void ifPushed((here) => here.renew(false));

  const ask = asking({
    baseUrl,
    getToken,
    unsid: () => ifPushed((here) => here.unsid()),
    onUnsidRefused: (unsid) => void ifPushed((here) => here.unsidRefused(unsid)),
  });
  const store = uses.store ?? keptOrMemory(indexedDbLocalStore({ indexedDB, ...whose }));
  const feed = watchedFeed(
    { store, around, name, signal },
    (change, unsent) => {
      if (unsent !== (standing?.unsent ?? 0)) stand({ unsent });
      if (!isChange(change)) return;
      tell("change", change);
      tellWorker();
    },
    () => {
      life.abort();
      tell("signedout", undefined);
    },
  );
  const [step, pass] = syncing(
    uses.api ?? feedApiHttp(ask, targetHostName),
    feed,
    around.now,
    ({ id, change }, setback) => tell("refused", { id, change, setback }),
  );
  const sync = passes(async () => {
    const answer = await around.alone(`${name} sync`, signal, () => pass(signal)).catch(brokenStore);
    stand({ answer });
    return answer;
  });

  /** Resolves once all that is unsent now has been sent, or the client is closed. */
  let sending = Promise.resolve();
  const send = (): Promise<void> =>
    (sending = sending
      .then(() => keepTrying(signal, async () => (await feed.read()).edits[0] && sync()))
      .catch(() => undefined));

  around.onTurn(() => {
    turn.abort();
    turn = new AbortController();
    feed.glance();
    if ((standing?.unsent ?? 0) > 0) void send();
    if (around.isVisible()) renew();
  }, signal);
  renew(); // and answer the service worker from now on

  return {
    feed,
    until,
    pushes,
    sync,
    send,
    standing: () => standing,
    life,

    /** See the client's `live`. */
    live: (own?: AbortSignal): Promise<void> => {
      void send();
      const over = until(own);
      const waitAtService = () => keepTrying(over, waitingAtService(around, step, sync, stand));
      return keepTrying(over, inOnePage(around, `${name} live`, waitAtService));
    },
  };
};
