import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { RowConflict } from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { draftOf, newFeed, rowsOf, start } from "./samples.ts";
import { azurite, instanceOn, losesFirstAnswer, newOnce, problemOf } from "./feed-writes-under-test.ts";

/** What a repeat under an Idempotency-Key is told, and whoever lost the first answer. */
export const onceCases = (): void => {
  test("of twins under one Idempotency-Key, on two instances, one makes the notification and the others come out as it did", async () => {
    const instances = [instanceOn(), instanceOn()] as const;
    const [feed, once] = [newFeed(), newOnce()];
    const twins = Array.from({ length: 8 }, (_, index) => instances[index % 2]!.accept(feed, draftOf(), once));
    const accepted = await Promise.all(twins);
    const told = accepted.map(({ notification: { id, version, expiresAt, displayUntil }, isNew, acceptedAt }) => {
      return { id, version, expiresAt, displayUntil, isNew, acceptedAt };
    });
    expect(told[0]).toMatchObject({ version: 1, isNew: true });
    expect(told).toEqual(told.map(() => told[0]));
    expect(await rowsOf(azurite.tables.feeds, feed, "n_")).toHaveLength(1);
  });

  test("a POST that was refused though it is stored is remembered as such until a repeat is accepted: of several at once one is the first", async () => {
    const [one, other] = [instanceOn(), instanceOn()];
    const [feed, once] = [newFeed(), newOnce()];
    const { notification } = await one.accept(feed, draftOf(), once);
    expect(await one.noteAnswer(feed, once, "accepted")).toBe(false); // it is, unless it was refused
    expect(await one.accept(feed, draftOf(), once)).not.toHaveProperty("wasRefused");
    expect(await one.noteAnswer(feed, once, "refused")).toBe(true);
    expect(await other.accept(feed, draftOf(), once)).toMatchObject({ isRepeat: true, wasRefused: true });

    const noted = await Promise.all([one, other, one, other].map((by) => by.noteAnswer(feed, once, "accepted")));
    expect(noted.filter(Boolean)).toEqual([true]);
    const repeated = await one.accept(feed, draftOf(), once);
    expect(repeated).toMatchObject({ isNew: true, notification: { id: notification.id, version: 1 } });
    expect(repeated).not.toHaveProperty("wasRefused");
    expect(await one.noteAnswer(feed, newOnce(), "refused")).toBe(false);
  });

  test("a repeat says what the first said, whatever became of it since, until the key's day is over", async () => {
    const { accept, remove, clock } = instanceOn();
    const [feed, once] = [newFeed(), newOnce()];
    const expiresAt = start + 2 * milliseconds.day;
    const first = await accept(feed, draftOf({ expiresAt }), once);
    await remove(feed, first.notification.id);
    clock.at += milliseconds.day - 1;
    // Its own draft counts from later; what the first was told holds.
    const { id, epoch, version, displayUntil } = first.notification;
    const repeated = await accept(
      feed,
      draftOf({ expiresAt: expiresAt + 5_000, displayUntil: clock.at + 5_000 }),
      once,
    );
    expect(repeated).toMatchObject({ isNew: true, acceptedAt: first.acceptedAt });
    expect(repeated.notification).toEqual({
      ...{ id, epoch, version, displayUntil, expiresAt },
      ...{
        groupName: null,
        payload: { rawContent: "hello" },
        priority: "None",
        platformTypes: draftOf().platformTypes,
      },
    });
    clock.at += 1;
    const again = await accept(feed, draftOf({ expiresAt }), once);
    expect(again.isNew).toBe(true);
    expect(again.notification.id).not.toBe(id);
    // The key is remembered anew.
    expect((await accept(feed, draftOf({ expiresAt }), once)).notification.version).toBe(again.notification.version);
  });

  test("a key is forgotten with its notification, and holds none of its content", async () => {
    const { accept, clock } = instanceOn();
    const [feed, once] = [newFeed(), newOnce()];
    await accept(feed, draftOf({ expiresAt: start + 60_000, groupName: "secret group" }), once);
    const [row] = await rowsOf(azurite.tables.feeds, feed, "k_");
    expect(row).toMatchObject({ expiresAt: new Date(start + 60_000) });
    expect(JSON.stringify(row)).not.toMatch(/hello|secret group|order-1/);
    clock.at += 60_000;
    expect(await accept(feed, draftOf(), once)).toMatchObject({ isNew: true });
  });

  test("another body under the same key is a conflict, and changes nothing", async () => {
    const { accept } = instanceOn();
    const [feed, once] = [newFeed(), newOnce()];
    await accept(feed, draftOf(), once);
    const before = await rowsOf(azurite.tables.feeds, feed);
    const problem = await problemOf(accept(feed, draftOf({ groupName: "x" }), { ...once, body: "another" }));
    expect(problem).toMatchObject({ kind: "conflict" });
    expect(problem.message).toContain("Idempotency-Key");
    expect(await rowsOf(azurite.tables.feeds, feed)).toEqual(before);
  });

  test.each([
    ["the SDK met its own success", new RowConflict("again")],
    ["nobody knows how it ended", new Unavailable("Table storage", { cause: undefined })],
  ])(
    "a POST whose answer was lost (%s) is told as the first, then or when it is repeated under its key",
    async (_, error) => {
      const { accept } = instanceOn({ feeds: losesFirstAnswer(error) });
      const [feed, once] = [newFeed(), newOnce()];
      const first = accept(feed, draftOf(), once);
      if (error instanceof Unavailable) await expect(first).rejects.toThrow(Unavailable);
      else expect(await first).toMatchObject({ isNew: true, notification: { version: 1 } });
      expect(await accept(feed, draftOf(), once)).toMatchObject({ isNew: true, notification: { version: 1 } });
    },
  );
};
