import { expect, test } from "vitest";
import { pageInTime } from "../../../../../functions/api/feed/live-wait.ts";
import type { FeedKey } from "../../../../../shared/feed-key.ts";
import type { DeltaPage, DeltaRequest } from "../../../../../shared/feed/feed.ts";
import { memoryLive } from "../../../../../shared/feed/live.memory.ts";
import type { Mark } from "../../../../../shared/feed/mark.ts";
import { Problem } from "../../../../../shared/problem.ts";
import { drivenTime } from "../../../../support/driven-time.ts";
import { notificationWith } from "../../../samples.ts";

const feed = "feed" as FeedKey;
const at = (version: number): Mark => ({ epoch: "e", version });

/** A feed at version 4, whose delta the caller has read to its end, and time that the test lets pass. */
const world = ({ liveWaitSeconds = 20, waitsMost = 500 } = {}) => {
  const time = drivenTime();
  let version = 4;
  let isGone = false;
  const reads: DeltaRequest[] = [];
  const live = memoryLive({ headOf: () => Promise.resolve(at(version)), after: time.after, waitsMost });
  const delta = (_feed: FeedKey, request: DeltaRequest): Promise<DeltaPage> => {
    reads.push(request);
    if (isGone) return Promise.reject(new Problem("gone", "Made anew."));
    const end = request.until?.version ?? version;
    const from = request.since?.version ?? 0;
    const changes = Array.from({ length: end - from }, (_, index) => notificationWith({ version: from + index + 1 }));
    return Promise.resolve({ changes, reached: at(end), until: at(end), isLast: true });
  };
  const use = { feed: { delta }, live, clock: { now: time.now }, liveWaitSeconds };
  return {
    time,
    live,
    reads,
    write: () => live.reached(feed, at(++version)),
    writeElsewhere: () => void (version += 1),
    empty: () => void (version = 0),
    makeAnew: () => void (isGone = true),
    /** What was answered, once it is. */
    ask: (prefer: string | undefined, request: DeltaRequest = { top: 100, since: at(4) }) => {
      const asked: { answer?: Awaited<ReturnType<typeof pageInTime>>; error?: unknown } = {};
      const headers = new Headers(prefer === undefined ? {} : { prefer });
      pageInTime(use, { headers }, feed, request).then(
        (answer) => (asked.answer = answer),
        (error: unknown) => (asked.error = error),
      );
      return asked;
    },
  };
};

test("a page that has something to say is not held back", async () => {
  const { ask, time, reads } = world();
  const asked = ask("wait=5", { top: 100, since: at(1) });
  await time.pass(0);
  expect(asked.answer).toMatchObject({ page: { reached: at(4) }, applied: "wait=5", heldMs: undefined });
  expect(reads).toHaveLength(1);
  expect(time.pending()).toBe(0);
});

test.each(["here", "elsewhere"])(
  "one that has not is held back until there is something, written %s",
  async (where) => {
    const { ask, time, write, writeElsewhere, reads } = world();
    const asked = ask("respond-async, wait=5");
    await time.pass(2_500);
    expect(asked).toEqual({});
    (where === "here" ? write : writeElsewhere)();
    await time.pass(where === "here" ? 0 : 500);
    expect(asked.answer?.page.changes.map(({ version }) => version)).toEqual([5]);
    expect(asked.answer).toMatchObject({ applied: "wait=5", heldMs: where === "here" ? 2_500 : 3_000 });
    expect(reads).toHaveLength(2);
    expect(time.pending()).toBe(0);
  },
);

test("when the time is over it says that there is nothing new, without reading again", async () => {
  const { ask, time, reads } = world();
  const asked = ask("wait=5");
  await time.pass(4_999);
  expect(asked).toEqual({});
  await time.pass(1);
  expect(asked.answer).toMatchObject({ page: { changes: [], reached: at(4) }, applied: "wait=5", heldMs: 5_000 });
  expect(reads).toHaveLength(1);
});

test.each([
  ["from the beginning, and there is nothing", { top: 100, since: undefined }],
  ["the last page of a pass, and it is empty", { top: 100, since: at(4), until: at(4) }],
])("who reads %s, hears at once that this was all", async (_what, { since, ...more }) => {
  const { ask, time, empty } = world();
  if (!since) empty();
  const asked = ask("wait=5", { ...more, ...(since && { since }) });
  await time.pass(0);
  expect(asked.answer).toMatchObject({ page: { changes: [], isLast: true }, applied: "wait=5", heldMs: undefined });
  expect(time.pending()).toBe(0);
});

test.each([
  ["wait=3600", 20, "wait=20"],
  ["wait=3600", 60, "wait=60"],
  ['WAIT="7"', 20, "wait=7"],
])("%s is waited, where %i seconds are allowed, as %s", async (prefer, liveWaitSeconds, applied) => {
  const { ask, time } = world({ liveWaitSeconds });
  const asked = ask(prefer);
  await time.pass(Number(applied.slice("wait=".length)) * 1_000);
  expect(asked.answer).toMatchObject({ applied });
});

test.each([undefined, "wait", "wait=0", "wait=-1", "wait=1.5", "wait=soon", "return=minimal"])(
  "Prefer: %s asks for no wait",
  async (prefer) => {
    const { ask, time } = world();
    const asked = ask(prefer);
    await time.pass(0);
    expect(asked.answer).toMatchObject({ applied: undefined, heldMs: undefined, page: { changes: [] } });
    expect(time.pending()).toBe(0);
  },
);

test("where waiting is switched off, or too many wait, the answer comes at once and does not claim to have waited", async () => {
  for (const { ask, time } of [world({ liveWaitSeconds: 0 }), world({ waitsMost: 0 })]) {
    const asked = ask("wait=5");
    await time.pass(0);
    expect(asked.answer).toMatchObject({ applied: undefined, page: { changes: [] } });
  }
});

test("a feed made anew ends the wait as it would have ended the reading, and nobody waits on", async () => {
  const { ask, time, makeAnew, write } = world();
  const [before, during] = [ask("wait=5", { top: 1, since: at(3) }), ask("wait=5")];
  await time.pass(500);
  expect(before.answer).toBeDefined();
  makeAnew();
  write();
  await time.pass(0);
  expect(during.error).toMatchObject({ kind: "gone" });
  const after = ask("wait=5");
  await time.pass(0);
  expect(after.error).toMatchObject({ kind: "gone" });
  expect(time.pending()).toBe(0);
});

test("an instance that is about to end answers who waits", async () => {
  const { ask, time, live } = world();
  const asked = ask("wait=5");
  await time.pass(1_000);
  live.close();
  await time.pass(0);
  expect(asked.answer).toMatchObject({ page: { changes: [] }, heldMs: 1_000 });
});
