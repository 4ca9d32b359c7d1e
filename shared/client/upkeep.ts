import { asking } from "./ask.http.ts";
import { servingUrl } from "./base-url.ts";
import type { ClientUses, Standing, Tell } from "./client-events.ts";
import type { ClientOptions } from "./client-options.ts";
import { feedApiHttp } from "./feed-api.http.ts";
import { done, type Answer, type Setback } from "./feed-api.ts";
import { keptOrMemory } from "./kept-store.ts";
import { lazyPushes } from "./lazy-pushes.ts";
import { keepInStep } from "./live.ts";
import { indexedDbLocalStore } from "./local-store.indexed-db.ts";
import { keepTrying } from "./pace.ts";
import { passes } from "./passes.ts";
import { inBrowser } from "./surroundings.browser.ts";
import { syncing } from "./sync.ts";
import { watchedFeed } from "./watched-feed.ts";

export type Upkeep = ReturnType<typeof upkeep>;

/** The browser's storage, or its locks, have failed: told like a fault of the service, for it is to be tried again. */
export const brokenStore = (cause: unknown): Setback => ({ kind: "failed", status: 0, reason: String(cause) });

/** What goes on behind a client, and how it stands, until `close`. */
export const upkeep = (options: ClientOptions, uses: Partial<ClientUses>, tell: Tell) => {
  const { account, getToken } = options;
  // An `undefined` that is not noticed would be the account of everybody who uses this browser.
  for (const name of ["targetHostName", "account", "getToken"] as const) {
    if (!options[name]) throw new TypeError(`${name} is required`);
  }
  const baseUrl = (options.baseUrl ?? servingUrl())?.replace(/\/+$/, "");
  if (baseUrl === undefined) throw new TypeError("baseUrl is required");
  const targetHostName = options.targetHostName.toLowerCase();
  const whose = { baseUrl, targetHostName, account };
  const name = `fanfare ${JSON.stringify(Object.values(whose))}`;
  const { around = inBrowser } = uses;
  const life = new AbortController();
  const { signal } = life;

  let turn = new AbortController();
  const pacing = { after: around.after, chance: around.chance, nextTurn: () => turn.signal };

  /** Aborted with the client's life, or with this one. */
  const until = (own: AbortSignal | undefined): AbortSignal => (own ? AbortSignal.any([own, signal]) : signal);

  let standing: Standing | undefined;
  let unsent = 0;
  const stand = (answer: Answer<undefined> | undefined): void => {
    if (signal.aborted) return;
    standing = { answer: answer ?? standing?.answer ?? done, unsent };
    tell("standing", standing);
    if (answer?.kind === "ok") tellWorker();
  };

  const { pushes, ifPushed } = lazyPushes(
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
  const feed = watchedFeed({
    store: uses.store ?? keptOrMemory(indexedDbLocalStore({ indexedDB, ...whose })),
    around,
    name,
    signal,
    onChange: (change) => {
      tell("change", change);
      tellWorker();
    },
    onUnsent: (count) => {
      if (count === unsent) return;
      unsent = count;
      stand(undefined);
    },
    onSignedOut: () => signedOut(),
  });
  const { pass, step } = syncing({
    api: uses.api ?? feedApiHttp(ask, targetHostName),
    store: feed,
    now: around.now,
    onRefused: ({ id, change }, setback) => tell("refused", { id, change, setback }),
  });
  const sync = passes(async () => {
    const answer = await around.alone(`${name} sync`, signal, () => pass(signal)).catch(brokenStore);
    stand(answer);
    return answer;
  });

  /** Resolves once all that is unsent now has been sent, or the client is closed. */
  let sending = Promise.resolve();
  const send = (): Promise<void> =>
    (sending = sending
      .then(() => keepTrying(pacing, signal, async () => ((await feed.read()).edits.length > 0 ? sync() : undefined)))
      .catch(() => undefined));

  const close = (): void => {
    life.abort();
    turn.abort();
    feed.close();
  };

  const signedOut = (): void => {
    close();
    tell("signedout", undefined);
  };

  around.onTurn(() => {
    const over = turn;
    turn = new AbortController();
    over.abort();
    feed.look().catch(() => undefined);
    if (unsent > 0) void send();
    if (around.isVisible()) renew();
  }, signal);
  renew(); // and answer the service worker from now on

  return {
    feed,
    until,
    close,
    signedOut,
    pushes,
    sync,
    send,
    standing: () => standing,
    unsent: () => unsent,

    /** See the client's `live`. */
    live: async (own?: AbortSignal): Promise<void> => {
      void send();
      const onAnswer = stand;
      const lock = `${name} live`;
      const guardedStep: typeof step = (...asked) => step(...asked).catch(brokenStore);
      await keepInStep({ around, pacing, step: guardedStep, sync, onAnswer, lock }, until(own));
    },
  };
};
