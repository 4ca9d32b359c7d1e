import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Standing } from "../../../shared/client/client.ts";
import { following } from "../../../shared/client/inbox/following.page.ts";
import type { InboxClient } from "../../../shared/client/inbox/inbox-client.ts";
import { englishInboxWords } from "../../../shared/client/inbox/words.ts";

const refused: Standing = { answer: { kind: "unauthorized", reason: "expired" }, unsent: 0 };
const well: Standing = { answer: { kind: "ok", value: undefined }, unsent: 0 };

let ending: AbortController;
beforeEach(() => {
  ending = new AbortController();
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("navigator", { onLine: true });
});
afterEach(() => {
  ending.abort();
  vi.unstubAllGlobals();
});

/** Follows a client that stands so; tells how often the app was told that its user is to sign in again. */
const followed = (standing: Standing | undefined) => {
  const heard = new EventTarget();
  const told = vi.fn<() => void>();
  const client = {
    standing,
    addEventListener: heard.addEventListener.bind(heard),
    changes: async function* () {
      yield { notifications: [] };
      await new Promise((resolve) => ending.signal.addEventListener("abort", resolve));
    },
    live: () => Promise.resolve(),
    sync: () => new Promise<never>(() => undefined),
    update: () => Promise.resolve(),
    delete: () => Promise.resolve(),
    markAllRead: () => Promise.resolve(),
  } satisfies InboxClient;
  const nothing = (): void => undefined;
  following({
    client,
    words: () => englishInboxWords,
    ...{ changed: nothing, announce: nothing, refused: nothing, signedOut: nothing },
    unauthorized: told,
    signal: ending.signal,
  }).begin();
  const stand = (now: Standing): void => {
    client.standing = now;
    heard.dispatchEvent(new Event("standing"));
  };
  return { told, stand };
};

/** What is told later than now, but before the browser does anything else. */
const thisTaskIsOver = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("of a client that is refused already when it is given the app is told, once it has had the time to listen", async () => {
  const { told, stand } = followed(refused);
  expect(told).not.toHaveBeenCalled();
  await thisTaskIsOver();
  stand({ ...refused, unsent: 1 });
  window.dispatchEvent(new Event("online"));
  await thisTaskIsOver();
  expect(told).toHaveBeenCalledTimes(1);
});

test("each time it comes to that the app is told anew", async () => {
  const { told, stand } = followed(well);
  for (let time = 0; time < 2; time++) {
    stand(refused);
    stand(well);
  }
  await thisTaskIsOver();
  expect(told).toHaveBeenCalledTimes(2);
});

test("of a client that is taken away again at once nothing is told", async () => {
  const { told } = followed(refused);
  ending.abort();
  await thisTaskIsOver();
  expect(told).not.toHaveBeenCalled();
});
