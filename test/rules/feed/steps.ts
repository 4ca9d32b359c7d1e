import fc from "fast-check";
import { expect } from "vitest";
import type { Once } from "../../../shared/feed/feed.ts";
import { notificationOf } from "../../../shared/feed/rows.ts";
import type { Notification, NotificationId } from "../../../shared/notification/notification.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { draftWith, feed, rowsIn, twoInstances } from "./writers.ts";

export type Step = { readonly by: 0 | 1 } & (
  | { readonly kind: "accept"; readonly name: number; readonly livesMs: number; readonly key: number | undefined }
  | { readonly kind: "change"; readonly which: readonly number[]; readonly change: { readState: "read" | "unread" } }
  | { readonly kind: "remove"; readonly which: number }
  | { readonly kind: "wait"; readonly ms: number }
);
const by = fc.constantFrom(0 as const, 1 as const);
/** Whatever two writers may do, in whatever order. */
export const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    by,
    kind: fc.constant("accept" as const),
    name: fc.nat(2),
    livesMs: fc.constantFrom(1_000, 10_000, 3_600_000),
    key: fc.option(fc.nat(3), { nil: undefined }),
  }),
  fc.record({
    by,
    kind: fc.constant("change" as const),
    which: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
    change: fc.record({ readState: fc.constantFrom("read" as const, "unread" as const) }),
  }),
  fc.record({ by, kind: fc.constant("remove" as const), which: fc.nat(9) }),
  fc.record({ by, kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 900, 5_000) }),
);

/** A feed, and what its writers were told. */
export const feedUnderTest = (table = memoryTable()) => {
  const { clock, instances } = twoInstances(table);
  const ids: NotificationId[] = [];
  const told: Notification[] = [];
  const deletedContent: string[] = [];
  let texts = 0;

  const take = async (step: Step): Promise<void> => {
    const instance = instances[step.by];
    switch (step.kind) {
      case "wait":
        clock.at += step.ms;
        return;
      case "accept": {
        const rawContent = `content number ${(texts += 1)}.`;
        const name = { appNotificationId: `order-${step.name}`, groupName: `group of ${rawContent}` };
        const draft = draftWith({ ...name, payload: { rawContent }, expiresAt: clock.at + step.livesMs });
        // The name is a part of the body: another one under the same key would be a conflict.
        const once: Once | undefined =
          step.key === undefined ? undefined : { key: `key-${step.key}-${step.name}`, body: "body" };
        const { notification } = await instance.accept(feed, draft, once);
        if ("contentVersion" in notification) told.push(notification as Notification); // a repeat has no more to tell
        ids.push(notification.id);
        return;
      }
      case "change": {
        const marked = step.which.map((index) => ids[index] ?? ("nobody's" as NotificationId));
        const result = await instance.change(feed, marked, step.change);
        expect(result.map((notification, index) => notification?.id ?? marked[index])).toEqual(marked);
        told.push(...result.filter((notification) => notification !== undefined));
        return;
      }
      case "remove": {
        const id = ids[step.which];
        if (!id) return;
        const before = (await rowsIn(table)).find((row) => row.id === id && row.rowKey.startsWith("n_"));
        const { rawContent } = before ? notificationOf(before).payload : {};
        const tombstone = await instance.remove(feed, id);
        if (tombstone) told.push(tombstone);
        if (tombstone && rawContent !== undefined) deletedContent.push(rawContent);
      }
    }
  };
  return { table, take, told, deletedContent };
};
