import { expect, test } from "vitest";
import { Unavailable } from "../../../shared/unavailable.ts";
import { draftOf, newFeed, rowsOf, start } from "./samples.ts";
import { azurite, instanceOn, losesFirstAnswer, newOnce, problemOf } from "./feed-writes-under-test.ts";

/** What a change and a deletion leave, and what they refuse. */
export const changedCases = (): void => {
  test("a deletion that died after its transaction is completed by its repeat", async () => {
    const { accept } = instanceOn();
    const feed = newFeed();
    const { notification } = await accept(feed, draftOf());
    const died = instanceOn({ feeds: losesFirstAnswer(new Unavailable("Table storage", { cause: undefined })) });
    await expect(died.remove(feed, notification.id)).rejects.toThrow(Unavailable);
    expect(await died.remove(feed, notification.id)).toMatchObject({ status: "deleted", version: 2 });
  });

  test("a change keeps content and its version, and says when it was; one that is so already stays as it is", async () => {
    const { accept, change, find, clock } = instanceOn();
    const feed = newFeed();
    const { notification } = await accept(feed, draftOf());
    clock.at += 5_000;
    const [read] = await change(feed, [notification.id], { readState: "read" });
    expect(read).toEqual({
      ...notification,
      ...{ readState: "read", status: "updated", version: 2, modifiedAt: start + 5_000 },
    });
    clock.at += 5_000;
    expect(await change(feed, [notification.id], { readState: "read", userActionState: "noInteraction" })).toEqual([
      read,
    ]);
    expect(await find(feed, notification.id)).toEqual(read);
    // Posted again it starts over.
    expect((await accept(feed, draftOf())).notification).toMatchObject({
      readState: "unread",
      version: 3,
      createdAt: start,
    });
  });

  test("a change or a deletion of another version than was asked for is refused, and nothing is changed", async () => {
    const { accept, change, remove } = instanceOn();
    const feed = newFeed();
    const { notification } = await accept(feed, draftOf());
    const before = await rowsOf(azurite.tables.feeds, feed);
    const isOther = ({ version }: { version: number }): boolean => version === 2;
    for (const refused of [
      () => change(feed, [notification.id], { readState: "read" }, { isMet: isOther }),
      () => remove(feed, notification.id, isOther),
    ]) {
      expect(await problemOf(refused())).toMatchObject({ kind: "precondition-failed" });
    }
    expect(await rowsOf(azurite.tables.feeds, feed)).toEqual(before);
    const isFirst = ({ version }: { version: number }): boolean => version === 1;
    expect(await remove(feed, notification.id, isFirst)).toMatchObject({ status: "deleted" });
    expect(await remove(feed, notification.id, isFirst)).toMatchObject({ status: "deleted" }); // its repeat names what it deleted
  });

  test("what is deleted leaves no content, cannot be changed, and gives its appNotificationId free", async () => {
    const { accept, change, remove, find } = instanceOn();
    const feed = newFeed();
    const visualContent = { title: "secret title" };
    const fallback = { delaySeconds: 60, visualContent };
    const draft = draftOf({
      appNotificationId: "secret-id",
      groupName: "secret group",
      payload: { visualContent },
      fallback,
    });
    const { notification } = await accept(feed, draft, newOnce());
    const { id, epoch, platformTypes, expiresAt } = notification;
    expect(await remove(feed, id)).toMatchObject({
      ...{ id, epoch, platformTypes, expiresAt, status: "deleted", payload: {}, groupName: null, fallback: null },
      ...{ version: 2, contentVersion: 1, createdAt: start },
    });
    expect(JSON.stringify(await rowsOf(azurite.tables.feeds, feed))).not.toContain("secret");
    expect(await find(feed, id)).toBeUndefined();
    expect(await change(feed, [id], { readState: "read" })).toEqual([undefined]);
    const again = await accept(feed, draft);
    expect(again).toMatchObject({ isNew: true, notification: { version: 3 } });
    expect(again.notification.id).not.toBe(id);
  });

  test("halves of surrogate pairs are stored whole in every text of the caller's", async () => {
    const { accept, find, change } = instanceOn();
    const feed = newFeed();
    const half = "\ud83e half \udd93";
    const draft = draftOf({ appNotificationId: half, groupName: half, payload: { rawContent: half } });
    const { notification } = await accept(feed, draft);
    expect(await find(feed, notification.id)).toEqual(notification);
    expect(await change(feed, [notification.id], { readState: "read" })).toMatchObject([
      { groupName: half, version: 2 },
    ]);
    expect(await accept(feed, draft)).toMatchObject({ isNew: false, notification: { id: notification.id } });
  });
};
