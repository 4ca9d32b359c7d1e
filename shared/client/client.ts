import { servingUrl } from "./base-url.ts";
import type { ClientOptions } from "./client-options.ts";
import { addEdit } from "./edits.ts";
import type { Answer, FeedApi, Setback, Subscribed } from "./feed-api.ts";
import { feedApiHttp } from "./feed-api.http.ts";
import { keepInStep } from "./live.ts";
import type { Edit } from "./local-state.ts";
import { indexedDbLocalStore } from "./local-store.indexed-db.ts";
import type { LocalStore, RegistrationStore } from "./local-store.ts";
import type { StateChange, UserNotification } from "./notification.ts";
import { isToRenew, ownRegistration } from "./own-registration.ts";
import type { PushOutcome } from "./process-push.ts";
import { indexedDbRegistrationStore } from "./registration-store.indexed-db.ts";
import { sendingLater } from "./send-later.ts";
import type { GivenPushSubscription } from "./push-channel.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";
import { inBrowser } from "./surroundings.browser.ts";
import { aborted, type Pushed, type Surroundings } from "./surroundings.ts";
import { syncing, type Sync } from "./sync.ts";
import { changeBetween, isChange, type NotificationsChange } from "./view-change.ts";
import { viewOf } from "./view.ts";
import { watchedFeed, type WatchedFeed } from "./watched-feed.ts";
import { answerTokenQuestions } from "./worker/answer-worker.page.ts";
import { tellWorker } from "./worker/tell-worker.page.ts";

/** How the client stands with the service. */
export type Standing = {
  /** How the last request for the feed ended. */
  readonly answer: Answer<undefined>;
  /** How many of the user's changes the service has not been told yet. */
  readonly unsent: number;
};

/** What the service does not take, and what is therefore undone here: its reason is in `setback`. */
export type RefusedChange = { readonly id: string; readonly change: Edit["change"]; readonly setback: Setback };

/** The events of a client, all of them `CustomEvent`s, by what is in their `detail`. */
export type ClientEvents = {
  /** What the user sees has changed, whoever did it. */
  readonly change: NotificationsChange;
  /** A request has ended, or the number of unsent changes is another. */
  readonly standing: Standing;
  readonly refused: RefusedChange;
  /** The user was signed out in another tab; this client is closed. */
  readonly signedout: undefined;
};

/** What a client is made of besides; by default what the browser has. */
export type ClientUses = {
  readonly api: FeedApi;
  readonly store: LocalStore;
  readonly registrations: RegistrationStore;
  readonly around: Surroundings;
};

type Signalled = { readonly signal?: AbortSignal };

const ok = { kind: "ok", value: undefined } as const;

/**
 * One user's notifications of one app, in a page or a service worker. What the service answers is returned, never thrown; methods reject
 * only when the browser's storage fails. A client listens to other tabs until it is closed.
 */
export class UserNotificationClient extends EventTarget {
  readonly #name: string;
  readonly #around: Surroundings;
  readonly #feed: WatchedFeed;
  readonly #sync: Sync;
  readonly #subscription: () => Promise<Subscription>;
  readonly #isToRenew: () => Promise<boolean>;
  readonly #targetHostName: string;
  readonly #life = new AbortController();
  readonly #sendLater: () => Promise<void>;
  #pass: Promise<Answer<undefined>> | undefined;
  #nextPass: Promise<Answer<undefined>> | undefined;
  #standing: Standing | undefined;
  #unsent = 0;
  #worker: Pushed | undefined;

  constructor(options: ClientOptions, uses: Partial<ClientUses> = {}) {
    super();
    const { account, getToken } = options;
    const baseUrl = (options.baseUrl ?? servingUrl())?.replace(/\/+$/, "");
    if (baseUrl === undefined) throw new TypeError("baseUrl is required: this script was not served by the service.");
    const targetHostName = options.targetHostName.toLowerCase();
    const whose = { baseUrl, targetHostName, account };
    const { around = inBrowser, registrations = indexedDbRegistrationStore({ indexedDB }) } = uses;
    const now = around.now;
    const own = () => ownRegistration(registrations, whose);
    const unsid = async () => (await own())?.unsid;
    const onUnsidRefused = (refused: string) => {
      this.#subscribing(({ unsidRefused }) => unsidRefused(refused))
        .then(() => this.#renew(false))
        .catch(() => undefined);
    };
    const api = uses.api ?? feedApiHttp({ baseUrl, targetHostName, getToken, unsid, onUnsidRefused });
    this.#targetHostName = targetHostName;
    this.#name = `fanfare ${JSON.stringify(Object.values(whose))}`;
    this.#around = around;
    const worker = async () => this.#worker ?? around.worker();
    this.#subscription = async () =>
      (await import("./push.ts")).subscribing({ api, registrations, whose, now, after: around.after, worker });
    this.#isToRenew = async () => isToRenew(await own(), now());
    const feed = watchedFeed({
      store: uses.store ?? indexedDbLocalStore({ indexedDB, ...whose }),
      around,
      name: this.#name,
      onChange: (change) => {
        this.#tell("change", change);
        this.#tellWorker();
      },
      onUnsent: (unsent) => this.#stand(unsent),
      onSignedOut: () => {
        this.close();
        this.#tell("signedout", undefined);
      },
    });
    this.#feed = feed;
    this.#sync = syncing({
      api,
      store: feed,
      now,
      onRefused: ({ id, change }, setback) => this.#tell("refused", { id, change, setback }),
    });
    const { signal } = this.#life;
    const isUnsent = async () => (await feed.read()).edits.length > 0;
    this.#sendLater = sendingLater({ around, sync: () => this.sync(), isUnsent, signal });
    answerTokenQuestions({ account, getToken, signal });
    void aborted(signal).then(around.onTurn(() => void this.#turn()));
  }

  /** How the client stands with the service; undefined until the first request has ended. */
  get standing(): Standing | undefined {
    return this.#standing;
  }

  /** What the user has as far as this browser knows, newest first, own changes laid over; no request is made. */
  notifications(): Promise<readonly UserNotification[]> {
    return this.#feed.look();
  }

  /**
   * First what there is, all of it as `added`; then what has changed since, whoever did it, several changes as one if they are not taken
   * as fast as they come. Ends when the signal is aborted or the client is closed.
   */
  async *changes({ signal }: Signalled = {}): AsyncGenerator<NotificationsChange, void, undefined> {
    const over = this.#until(signal);
    let wake = (): void => undefined;
    this.addEventListener("change", () => wake(), { signal: over });
    void aborted(over).then(() => wake());
    let last = await this.notifications();
    yield changeBetween([], last);
    while (!over.aborted) {
      const change = changeBetween(last, this.#feed.seen());
      if (isChange(change)) {
        last = change.notifications;
        yield change;
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  /**
   * Sends what the user did and reads what others did; `ok` means that both are done. One at a time over all tabs: it is waited for those
   * before. An aborted signal ends the wait with `offline`, not the work.
   */
  async sync({ signal }: Signalled = {}): Promise<Answer<undefined>> {
    if (this.#life.signal.aborted) return { kind: "offline", reason: "the client is closed" };
    const pass = this.#pass
      ? (this.#nextPass ??= this.#pass.then(() => ((this.#nextPass = undefined), this.#begin())))
      : this.#begin();
    if (!signal) return pass;
    return Promise.race([pass, aborted(signal).then(() => ({ kind: "offline", reason: "aborted" }) as const)]);
  }

  /**
   * Keeps in step with the service until the signal is aborted or the client is closed; then it resolves. Of all visible tabs of this
   * browser one waits at the service, hidden ones rest. It never gives up: how it stands is told by the event `standing`.
   */
  async live({ signal }: Signalled = {}): Promise<void> {
    void this.#sendLater();
    void this.#renew(false);
    const step: Sync["step"] = async (...asked) => {
      try {
        return await this.#sync.step(...asked);
      } catch (cause) {
        return brokenStore(cause);
      }
    };
    const onAnswer = (answer: Answer<undefined>) => this.#stand(this.#unsent, answer);
    const lock = `${this.#name} live`;
    await keepInStep({ around: this.#around, step, sync: () => this.sync(), onAnswer, lock }, this.#until(signal));
  }

  /** Lays a change down at once and sends it as soon as it can be. An id that is not known here is looked for at the service first. */
  async update(id: string, change: StateChange): Promise<void> {
    await this.#edit(id, change);
  }

  markRead(id: string): Promise<void> {
    return this.update(id, { readState: "read" });
  }

  activate(id: string): Promise<void> {
    return this.update(id, { userActionState: "activated" });
  }

  dismiss(id: string): Promise<void> {
    return this.update(id, { userActionState: "dismissed" });
  }

  snooze(id: string): Promise<void> {
    return this.update(id, { userActionState: "snoozed" });
  }

  /** Gone here at once, and from the feed as soon as it can be. */
  delete(id: string): Promise<void> {
    return this.#edit(id, "delete");
  }

  /** Everything the user sees just now; sent as few requests. */
  async markAllRead(): Promise<void> {
    await this.#feed.update((state) =>
      viewOf(state, this.#around.now()).reduce((all, { id }) => addEdit(all, id, { readState: "read" }), state),
    );
    void this.#sendLater();
  }

  /**
   * Subscribes this browser to pushes, or renews that: with the service's key, by this service worker. The browser asks the user where it
   * has to; `refused` with status 0 when it does not allow it. Another account's subscription of this browser ends by it.
   */
  subscribe(options: SubscribeOptions & { readonly registration: Pushed }): Promise<Answer<Subscribed>> {
    const { registration, ...wish } = options;
    this.#worker = registration;
    return this.#subscribing(({ subscribe }) => subscribe(registration, wish)).catch(brokenStore);
  }

  /** The same with a push subscription that the app has made by itself, with the service's key. */
  subscribeWith(subscription: GivenPushSubscription, options: SubscribeOptions): Promise<Answer<Subscribed>> {
    return this.#subscribing(({ subscribeWith }) => subscribeWith(subscription, options)).catch(brokenStore);
  }

  /** Ends it: nothing rings here any more, whatever is answered. Until `ok` the service may still take this browser for subscribed. */
  unsubscribe(): Promise<Answer<undefined>> {
    return this.#subscribing(({ unsubscribe }) => unsubscribe()).catch(brokenStore);
  }

  /** Sends what is unsent if that is possible within five seconds, ends the subscription, and forgets all of this user, in all tabs. */
  async signOut(): Promise<void> {
    if (this.#unsent > 0) await this.sync({ signal: AbortSignal.timeout(5_000) });
    await this.unsubscribe();
    await this.#subscribing(({ forget }) => forget()).catch(() => undefined);
    await this.#feed.signOut();
    void tellWorker(false);
    this.close();
  }

  /** Does what a push says. For the service worker: what is to be shown for it is `fresh`. */
  async processPush(text: string): Promise<PushOutcome> {
    const { processPush } = await import("./push.ts");
    return processPush(
      {
        feed: this.#feed,
        targetHostName: this.#targetHostName,
        sync: () => this.sync(),
        now: this.#around.now,
        renew: (isAskedFor) => this.#renew(isAskedFor),
      },
      text,
    );
  }

  /** Ends everything that is under way here. What is unsent is sent by the next client. */
  close(): void {
    this.#life.abort();
    this.#feed.close();
  }

  async #edit(id: string, change: Edit["change"]): Promise<void> {
    const lay = () => this.#feed.update((state) => addEdit(state, id, change));
    if (!(await lay()).known.has(id) && (await this.sync()).kind === "ok") await lay();
    void this.#sendLater();
  }

  #begin(): Promise<Answer<undefined>> {
    const { signal } = this.#life;
    this.#pass = this.#around
      .alone(`${this.#name} sync`, signal, () => this.#sync.pass(signal))
      .catch(brokenStore)
      .then((answer) => {
        this.#pass = undefined;
        this.#stand(this.#unsent, answer);
        return answer;
      });
    return this.#pass;
  }

  async #turn(): Promise<void> {
    await this.#feed.look().catch(() => undefined);
    if (this.#unsent > 0) void this.#sendLater();
    if (this.#around.isVisible()) void this.#renew(false);
  }

  async #renew(isAskedFor: boolean): Promise<void> {
    try {
      if (isAskedFor || (await this.#isToRenew())) await this.#subscribing(({ renew }) => renew(isAskedFor));
    } catch {
      // The next turn, push or start tries it again; there is half of its life left.
    }
  }

  #subscribing<T>(work: (subscription: Subscription) => Promise<T>): Promise<T> {
    return this.#around.alone("fanfare subscription", this.#life.signal, async () => work(await this.#subscription()));
  }

  #tellWorker(): void {
    void tellWorker(this.#standing?.answer.kind === "ok");
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#life.signal]) : this.#life.signal;
  }

  #stand(unsent: number, answer?: Answer<undefined>): void {
    if (this.#life.signal.aborted || (!answer && unsent === this.#unsent)) return;
    this.#unsent = unsent;
    this.#standing = { answer: answer ?? this.#standing?.answer ?? ok, unsent };
    this.#tell("standing", this.#standing);
    if (answer?.kind === "ok") this.#tellWorker();
  }

  #tell<Name extends keyof ClientEvents>(name: Name, detail: ClientEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The browser's storage, or its locks, have failed: told like a fault of the service, for it is to be tried again. */
const brokenStore = (cause: unknown): Setback => ({ kind: "failed", status: 0, reason: String(cause) });
