import { addEdit } from "./edits.ts";
import type { ClientUses, Listen, Standing } from "./client-events.ts";
import type { ClientOptions } from "./client-options.ts";
import { brokenStore, givenUp, type Answer } from "./feed-api.ts";
import type { Edit } from "./local-state.ts";
import type { StateChange, UserNotification } from "./notification.ts";
import type { PushOutcome } from "./process-push.ts";
import type { GivenPushSubscription } from "./push-channel.ts";
import type { Pushes } from "./pushes.ts";
import type { Subscribed } from "./subscription-api.ts";
import type { Pushed, SubscribeOptions } from "./subscription.ts";
import { upkeep, type Upkeep } from "./upkeep.ts";
import { changeBetween, isChange, type NotificationsChange } from "./view-change.ts";

export type { ClientEvents, ClientUses, RefusedChange, Standing } from "./client-events.ts";

type Signalled = { readonly signal?: AbortSignal };

/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- what the interface tells, the class has inherited */

/** What `EventTarget` does for it, with the types of its events. */
export interface UserNotificationClient {
  addEventListener: Listen<AddEventListenerOptions>;
  removeEventListener: Listen<EventListenerOptions>;
}

/**
 * One user's notifications of one app, in a page or a service worker. What the service answers is returned, never thrown; methods reject
 * only when the browser's storage fails. A client listens to other tabs until it is closed.
 */
export class UserNotificationClient extends EventTarget {
  readonly #upkeep: Upkeep;

  constructor(options: ClientOptions, uses: Partial<ClientUses> = {}) {
    super();
    this.#upkeep = upkeep(options, uses, (name, detail) => this.dispatchEvent(new CustomEvent(name, { detail })));
  }

  /** How the client stands with the service; undefined until the first request has ended. */
  get standing(): Standing | undefined {
    return this.#upkeep.standing();
  }

  /** What the user has as far as this browser knows, newest first, own changes laid over; no request is made. */
  notifications(): Promise<readonly UserNotification[]> {
    return this.#upkeep.feed.look();
  }

  /**
   * First what there is, all of it as `added`; then what has changed since, whoever did it, several changes as one if they are not taken
   * as fast as they come. Ends when the signal is aborted or the client is closed.
   */
  async *changes({ signal }: Signalled = {}): AsyncGenerator<NotificationsChange, void, undefined> {
    const { feed, until } = this.#upkeep;
    const over = until(signal);
    let wake: (() => void) | undefined;
    this.addEventListener("change", () => wake?.(), { signal: over });
    over.addEventListener("abort", () => wake?.());
    let last = await feed.look();
    yield changeBetween([], last);
    while (!over.aborted) {
      const change = changeBetween(last, feed.seen());
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
    const { sync, until } = this.#upkeep;
    if (until(signal).aborted) return givenUp();
    return new Promise((resolve) => {
      signal?.addEventListener("abort", () => resolve(givenUp()));
      void sync().then(resolve);
    });
  }

  /**
   * Keeps in step with the service until the signal is aborted or the client is closed; then it resolves. Of all visible tabs of this
   * browser one waits at the service, hidden ones rest. It never gives up: how it stands is told by the event `standing`.
   */
  live({ signal }: Signalled = {}): Promise<void> {
    return this.#upkeep.live(signal);
  }

  /** Lays a change down at once and sends it as soon as it can be. An id that is not known here is looked for at the service first. */
  update(id: string, change: StateChange): Promise<void> {
    return this.#edit(id, change);
  }

  markRead(id: string): Promise<void> {
    return this.#edit(id, { readState: "read" });
  }

  activate(id: string): Promise<void> {
    return this.#edit(id, { userActionState: "activated" });
  }

  dismiss(id: string): Promise<void> {
    return this.#edit(id, { userActionState: "dismissed" });
  }

  snooze(id: string): Promise<void> {
    return this.#edit(id, { userActionState: "snoozed" });
  }

  /** Gone here at once, and from the feed as soon as it can be. */
  delete(id: string): Promise<void> {
    return this.#edit(id, "delete");
  }

  /** Everything the user sees just now; sent as few requests. */
  async markAllRead(): Promise<void> {
    const { feed, send } = this.#upkeep;
    const seen = await feed.look();
    await feed.update((state) => seen.reduce((all, { id }) => addEdit(all, id, { readState: "read" }), state));
    void send();
  }

  /**
   * Subscribes this browser to pushes, or renews that: with the service's key, by this service worker. The browser asks the user where it
   * has to; `refused` with status 0 when it does not allow it. Another account's subscription of this browser ends by it.
   */
  subscribe({
    registration,
    ...options
  }: SubscribeOptions & { readonly registration: Pushed }): Promise<Answer<Subscribed>> {
    return this.#push((pushes) => pushes.subscribe(registration, options));
  }

  /** The same with a push subscription that the app has made by itself, with the service's key. */
  subscribeWith(subscription: GivenPushSubscription, options: SubscribeOptions): Promise<Answer<Subscribed>> {
    return this.#push((pushes) => pushes.subscribeWith(subscription, options));
  }

  /** Ends it: nothing rings here any more, whatever is answered. Until `ok` the service may still take this browser for subscribed. */
  unsubscribe(): Promise<Answer<undefined>> {
    return this.#push((pushes) => pushes.unsubscribe());
  }

  /** Sends what is unsent if that is possible within five seconds, ends the subscription, and forgets all of this user, in all tabs. */
  async signOut(): Promise<void> {
    if (this.standing?.unsent) await this.sync({ signal: AbortSignal.timeout(5_000) });
    await this.#push((pushes) => pushes.signOut());
    await this.#upkeep.feed.signOut();
  }

  /** Does what a push says. For the service worker: what is to be shown for it is `fresh`. */
  processPush(text: string): Promise<PushOutcome> {
    return this.#upkeep.pushes().then((pushes) => pushes.processPush(text));
  }

  /** Ends everything that is under way here. What is unsent is sent by the next client. */
  close(): void {
    this.#upkeep.life.abort();
  }

  async #edit(id: string, change: Edit["change"]): Promise<void> {
    const { feed, send, sync } = this.#upkeep;
    const lay = () => feed.update((state) => addEdit(state, id, change));
    if (!(await lay()).known.has(id) && (await sync()).kind === "ok") await lay();
    void send();
  }

  #push<T>(work: (pushes: Pushes) => Promise<Answer<T>>): Promise<Answer<T>> {
    return this.#upkeep.pushes().then(work).catch(brokenStore);
  }
}
