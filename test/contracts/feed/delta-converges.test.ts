import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FeedKey } from "../../../shared/feed-key.ts";
import type { DeltaPage, Feed } from "../../../shared/feed/feed.ts";
import type { Mark } from "../../../shared/feed/mark.ts";
import { notificationOf } from "../../../shared/feed/rows.ts";
import { isExpired, type Notification, type NotificationId } from "../../../shared/notification/notification.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { feedOver } from "./feed-in-memory.ts";
import { draftOf, handClock, newFeed, rowsOf } from "./samples.ts";
import { pausesAreTurns, pausesTakeTime, scheduledTable } from "./scheduled-table.ts";

beforeEach(pausesAreTurns);
afterEach(pausesTakeTime);

const steps = fc.oneof(
  fc.record({ kind: fc.constant("post" as const), name: fc.nat({ max: 7 }), isShort: fc.boolean() }),
  fc.record({
    kind: fc.constant("mark" as const),
    pick: fc.nat(),
    readState: fc.constantFrom("read" as const, "unread" as const),
  }),
  fc.record({ kind: fc.constant("delete" as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 40 }) }),
);
type Step = typeof steps extends fc.Arbitrary<infer Made> ? Made : never;

/** A client: what it knows of each notification, and the mark it has come to. */
const newClient = ({ delta }: Pick<Feed, "delta">, feed: FeedKey, top: number) => {
  const known = new Map<NotificationId, DeltaPage["changes"][number]>();
  let since: Mark | undefined;
  return {
    known,
    pass: async (): Promise<void> => {
      const seen: number[] = [];
      for (let until: Mark | undefined; ;) {
        const page = await delta(feed, { top, ...(since && { since }), ...(until && { until }) });
        for (const change of page.changes) {
          seen.push(change.version);
          known.set(change.id, change);
        }
        expect(page.changes.length).toBeLessThanOrEqual(top);
        ({ reached: since, until } = page);
        if (!page.isLast) continue;
        expect(seen.every((version) => version <= page.until.version)).toBe(true);
        break;
      }
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b)); // in order, each once
    },
  };
};

test("whatever twenty writers do in whatever order, a client that reads meanwhile comes to know what the server knows", async () => {
  const writers = fc.array(fc.array(steps, { maxLength: 4 }), { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), writers, fc.integer({ min: 1, max: 5 }), async (scheduler, scripts, top) => {
      const [table, feed, clock] = [memoryTable(), newFeed(), handClock()];
      const shared = scheduledTable(table, scheduler);
      const instances = [feedOver(shared, clock), feedOver(shared, clock), feedOver(shared, clock)];
      const ids: NotificationId[] = [];
      const take = async ({ accept, change, remove }: Feed, step: Step): Promise<void> => {
        if (step.kind === "wait") clock.at += step.ms;
        if (step.kind === "post") {
          const livesMs = step.isShort ? 50 : 1_000_000;
          const draft = draftOf({ appNotificationId: `order-${step.name}`, expiresAt: clock.at + livesMs });
          ids.push((await accept(feed, draft)).notification.id);
        }
        const id = "pick" in step ? ids[step.pick % ids.length] : undefined;
        if (step.kind === "mark" && id) await change(feed, [id], { readState: step.readState });
        if (step.kind === "delete" && id) await remove(feed, id);
      };
      const client = newClient(instances[2]!, feed, top);
      const write = scripts.map(async (script, index) => {
        for (const step of script) await take(instances[index % 2]!, step);
      });
      const read = async (): Promise<void> => {
        for (let passes = 0; passes < 6; passes += 1) {
          await client.pass();
          await instances[2]!.list(feed, { top, matches: () => true });
        }
      };
      await scheduler.waitFor(Promise.all([...write, read()]));

      await scheduler.waitFor(client.pass());
      const isLive = (one: Notification): boolean => !isExpired(one, clock.at);
      const server = (await rowsOf(table, feed, "n_")).map(notificationOf).filter(isLive);
      const told = [...client.known.values()].filter((one) => "payload" in one).filter(isLive);
      const byId = (a: Notification, b: Notification): number => (a.id < b.id ? -1 : 1);
      expect(told.sort(byId)).toEqual(server.sort(byId));
    }),
    { numRuns: 25 },
  );
}, 60_000);
